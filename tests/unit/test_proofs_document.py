import re

import pytest

from tests.proofs.fault import Fault
from tests.proofs.faults import FAULTS
from tests.proofs.model.scenarios import SCENARIOS, SHORT
from tests.support.template import ROOT

PROOFS = (ROOT / "docs/proofs.md").read_text()
FAILURES = (ROOT / "docs/stream-failures.md").read_text()


def test_the_document_lists_the_faults_that_make_mutants_tries() -> None:
    rows = [f"| {fault.what} | `{fault.file}` | `{fault.test.rpartition('::')[2]}` |" for fault in FAULTS]
    assert PROOFS.rstrip().splitlines()[-len(rows) :] == rows


def test_the_document_counts_the_scenarios_of_the_model() -> None:
    assert f"| {len(SHORT)} cases | `make model`: {len(SCENARIOS)} cases |" in PROOFS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_changes_one_place_and_names_a_test(fault: Fault) -> None:
    source = (ROOT / "layers/cleave/cleave" / fault.file).read_text()
    assert source.count(fault.right) == 1
    file, _, name = fault.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()


def test_every_failure_of_the_stream_names_its_own_test() -> None:
    tests = re.findall(r"def (test_\w+)\(", (ROOT / "tests/proofs/test_stream_failures.py").read_text())
    assert sorted(re.findall(r"\| `(test_\w+)` \|\n", FAILURES)) == sorted(tests)
