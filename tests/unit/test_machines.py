"""The clean machines' page has a row for each of them, and a run writes it anew."""

from argparse import Namespace

import pytest

from tests.machines.__main__ import commands_for, log_name, told
from tests.machines.machines import MACHINES, NO_PYTHON, NO_TOOLS, Machine
from tests.machines.table import BEGIN, END, PAGE, Outcome, outcomes, with_outcomes
from tests.support.template import ROOT

DAY = "2026-11-29"


def test_the_page_has_a_result_of_each_machine_and_none_failed() -> None:
    shown = outcomes(PAGE.read_text(encoding="utf-8"))
    assert {each.machine for each in shown} == {machine.name for machine in MACHINES}
    assert [each for each in shown if each.result.startswith("FAILED")] == []


def test_a_run_replaces_its_own_rows_and_leaves_the_others() -> None:
    first, second = (machine.name for machine in MACHINES[:2])
    page = f"before\n{BEGIN}\n{END}\nafter\n"
    both = [Outcome(second, "make demo", "works", 9, DAY), Outcome(first, "make demo", "works", 8, DAY)]
    page = with_outcomes(page, both)
    assert outcomes(page) == both[::-1]
    again = Outcome(first, "make demo", "FAILED with 2", 7, DAY)
    page = with_outcomes(page, [again])
    assert outcomes(page) == [again, both[0]]
    assert (page.startswith("before\n"), page.endswith("after\n")) == (True, True)


@pytest.mark.parametrize(
    ("expected", "status", "output", "result"),
    [
        (None, 0, "Every promise holds.", "works"),
        (None, 2, "make: ***", "FAILED with 2"),
        (NO_PYTHON, 2, f"  ✓ uv\n{NO_PYTHON}. Install it\n", f"says: “{NO_PYTHON}. Install it”"),
        (NO_PYTHON, 2, "Traceback", "FAILED to say what to install"),
        (NO_PYTHON, 0, "Every promise holds.", "FAILED to say what to install"),
    ],
)
def test_a_machine_works_or_says_in_one_line_what_to_install(
    expected: str | None, status: int, output: str, result: str
) -> None:
    assert told(Machine("one", "of ours", told=expected), status, output) == result


def test_what_machines_are_told_is_what_the_program_says() -> None:
    assert NO_PYTHON in (ROOT / "cli/cleave_cli/bootstrap.py").read_text(encoding="utf-8")
    assert NO_TOOLS in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_a_run_of_tests_is_told_with_what_was_passed_and_skipped() -> None:
    output = "...\n==== 3290 passed, 2 skipped, 1 warning in 301.22s (0:05:01) ====\n12 passed in 4.00s\n"
    assert told(MACHINES[0], 0, output) == "works: 3290 passed, 2 skipped, 1 warning; 12 passed"
    assert told(MACHINES[0], 1, output) == "FAILED with 1"


def test_a_machine_that_lacks_something_says_so_of_both_commands() -> None:
    asked = Namespace(short=False, test=False, tests=["-n 2 tests/unit"])
    lacking = Machine("one", "of ours", told=NO_PYTHON)
    assert commands_for(MACHINES[0], asked) == ["make demo", "make test ARGS='-n 2 tests/unit'"]
    assert commands_for(lacking, asked) == ["make demo", "make test"]
    assert [log_name(each) for each in commands_for(MACHINES[0], asked)] == ["demo", "test-ARGS-n-2-tests-unit"]
