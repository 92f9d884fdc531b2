"""Pages whose commands a newcomer types say what has to be there."""

import re

import pytest

from tests.support.programs import needs
from tests.support.template import ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Where a command begins: a line of its own, after a pipe, or in $(…); never within quotes over several lines.
BEGINS = re.compile(r"(?:^|\| *\n? *|\$\()([\w./-]+)(?= )", re.MULTILINE)
THERE = {"eval", "echo", "make", ".venv/bin/cleave"}  # the shell has them, or setting up brought them


@pytest.mark.parametrize(("page", "section"), [("README.md", "Try it"), ("docs/tutorial.md", None)])
def test_a_page_that_is_followed_says_which_programs_it_needs(page: str, section: str | None) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    text = text.split(f"\n## {section}\n")[1].split("\n## ")[0] if section else text
    told = re.search(r"need[^.]*", BLOCK.sub("", text))
    assert told
    typed = {name for block in BLOCK.findall(text) for name in BEGINS.findall(unquoted(block))}
    assert typed - THERE == set(re.findall(r"`(\w+)`", told[0]))


def unquoted(commands: str) -> str:
    return re.sub(r"'[^']*'", "''", commands)


def test_a_test_that_needs_a_program_is_skipped_where_it_is_missing() -> None:
    assert needs("sh").args == (False,)
    lacking = needs("sh", "no-such-program")
    assert (lacking.args, lacking.kwargs["reason"].endswith("lacks: no-such-program")) == ((True,), True)
