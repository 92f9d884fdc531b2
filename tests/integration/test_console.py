"""GET /console and its files: what is served, to whom, and what a browser is told to let the page do."""

import re

import pytest

from functions.console.app import _HERE, handler
from tests.support.gateway import Answer, Caller
from tests.support.template import ROOT, resources, template

NOBODY = Caller("", (), {})
PAGE = sorted((_HERE / "page").iterdir())
SCRIPTS = [path for path in PAGE if path.suffix == ".js"]


def ask(file: str | None = None, **headers: str) -> Answer:
    return NOBODY.call(handler, path={"file": file} if file else None, headers=headers)


def test_the_page_comes_without_credentials_and_with_all_that_protects_it() -> None:
    answer = ask()
    assert (answer.status, answer.json) == (200, (_HERE / "page/index.html").read_text())
    assert {name: value for name, value in answer.headers.items() if name != "ETag"} == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("waiting-deliveries.md", "text/plain; charset=utf-8"),
    ],
)
def test_each_file_has_its_type_and_the_same_protection(file: str, media_type: str) -> None:
    answer, page = ask(file), ask()
    own = {"Content-Type", "ETag"}
    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
    assert {name: answer.headers[name] for name in answer.headers.keys() - own} == {
        name: page.headers[name] for name in page.headers.keys() - own
    }


@pytest.mark.parametrize("file", ["app.py", "../app.py", "..%2Fapp.py", "page/app.js", "/etc/passwd", "", "app.js/"])
def test_nothing_else_is_served_however_it_is_asked_for(file: str) -> None:
    answer = NOBODY.call(handler, path={"file": file})
    assert (answer.status, answer.json) == (404, "There is no such page.\n")
    assert answer.headers["Content-Security-Policy"] == ask().headers["Content-Security-Policy"]


def test_a_file_that_the_browser_has_is_not_sent_again() -> None:
    known = {"If-None-Match": ask("app.js").headers["ETag"]}
    assert (ask("app.js", **known).status, ask("style.css", **known).status) == (304, 200)


def test_all_that_the_page_and_its_modules_name_is_there() -> None:
    html = (_HERE / "page/index.html").read_text()
    named = set(re.findall(r'(?:src|href)="console/([^"]+)"', html))
    assert {"app.js", "style.css", "icon.svg"} == named
    modules = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)
    imported = {name for path in SCRIPTS for name in modules.findall(path.read_text())}
    assert {path.name for path in SCRIPTS} == imported | {"app.js"}
    assert [name for name in named | imported if ask(name).status != 200] == []


def test_every_alarms_runbook_is_there() -> None:
    texts = [each["AlarmDescription"]["Sub"] for each in resources("AWS::CloudWatch::Alarm").values()]
    named = {found for text in texts for found in re.findall(r"\$\{Runbooks\}/([\w-]+\.md)", text)}
    assert len(named) > 10
    assert {name: ask(name).json for name in named} == {
        name: (ROOT / "docs/runbooks" / name).read_text() for name in named
    }


def test_nothing_of_the_page_is_elsewhere_or_inline() -> None:
    """Which its policy would refuse; a text of ours is never markup, and nothing is kept."""
    for path in PAGE:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|(?:src|href)=\"/|url\(|@import", text), path
        assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)|\son[a-z]+=\"", text), path
        assert not re.search(r"(?:inner|outer)HTML|insertAdjacent|document\.write|\beval\b|new Function", text), path
        assert not re.search(r"(?:local|session)Storage|indexedDB|cookie|serviceWorker", text), path


def test_the_page_is_off_unless_it_is_asked_for() -> None:
    parameter = template()["Parameters"]["Console"]
    assert (parameter["Default"], template()["Conditions"]["HasConsole"]) == (
        "false",
        {"Equals": [{"Ref": "Console"}, "true"]},
    )
    assert template()["Resources"]["ConsoleFunction"]["Condition"] == "HasConsole"


def test_its_function_can_reach_nothing() -> None:
    assert resources("AWS::Serverless::Function")["ConsoleFunction"]["Policies"] == []
