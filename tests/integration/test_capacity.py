"""The limits that docs/performance.md states, worked out anew from counted units: none may fall."""

import re
from collections.abc import Iterator

import pytest
from cleave_cli.engine import running_engine
from cleave_cli.paths import ROOT, StateDir

from benchmarks.capacity import Measured as Units
from benchmarks.capacity import demand, limits, measure, uses
from benchmarks.consumers import Consumers
from benchmarks.world import world

DOCUMENT = (ROOT / "docs/performance.md").read_text()
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<most>[\d,]+) \| [^|]+ \|$", re.MULTILINE)
# Slower than any that was measured.
SLOW = Consumers(split=0.015, deliver=0.012, split_trips=5, deliver_trips=6)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Units]:
    """The local engine: moto says nothing of what a transaction costs."""
    folder = tmp_path_factory.mktemp("engine")
    with running_engine(StateDir(folder)) as engine, world(engine.endpoint, webhooks=1) as one:
        yield measure(one)


def test_no_documented_limit_has_fallen_and_none_is_left_out(found: Units) -> None:
    documented = {row["what"]: int(row["most"].replace(",", "")) for row in ROW.finditer(DOCUMENT)}
    worked_out = {what: int(most) for what, most in limits(found).items()}
    assert documented.keys() == worked_out.keys()
    assert {what: most for what, most in documented.items() if worked_out[what] < most} == {}
    assert {what: most for what, most in documented.items() if worked_out[what] > 1.2 * most} == {}, "say so"


def test_ten_million_packages_a_day_fit_one_table_and_a_thousand_times_as_many_need_cells(found: Units) -> None:
    assert max(uses(demand(10**7), found, SLOW).values()) < 1
    assert uses(demand(10**10), found, SLOW)["table, write units"] > 100


def test_sellers_follow_zipfs_law() -> None:
    shares = [demand(packages).largest for packages in (10**3, 10**4, 10**6, 10**9)]
    assert shares == pytest.approx([1, 0.341, 0.1336, 0.0695], rel=0.01)
