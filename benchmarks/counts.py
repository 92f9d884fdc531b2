"""Round trips and capacity units of every operation."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks.journey import travel
from benchmarks.meter import Bill
from benchmarks.operations import OPERATIONS
from benchmarks.report import Budget, budgets, table
from benchmarks.scale import Scale, say
from benchmarks.world import engine_world, world

TITLE = "Round trips and capacity units"
_ONE_TRIP = ("accept, Trendyol", "refuse, Trendyol: too many units", "refuse, Trendyol: package replaced")
_TWO_TRIPS = ("accept, HepsiGlobal", "refuse, HepsiGlobal: too many units")
_INTRO = (
    "The requests that the client sends to DynamoDB, and what DynamoDB charges for them: capacity units of the table "
    "and its indexes. A write in a transaction counts twice, as it does in DynamoDB. Reads are strongly consistent, "
    "except from indexes. The packages resemble the sample's: five lines, 1.2 KB.\n"
)


def run(scale: Scale) -> str:
    """The section; ``scale`` changes nothing, since it takes seconds."""
    del scale
    bills, message = count_all(), _trips_to_the_message()
    rows = [(name, *_cells(bill)) for name, bill in bills.items()]
    columns = ("operation", "round trips", "of", "read units", "write units", "messages")
    return "\n".join([_INTRO, budgets([*_budgets(bills), message]), table(columns, rows)])


def count_all() -> dict[str, Bill]:
    """Each in a world of its own, on one engine."""
    bills: dict[str, Bill] = {}
    with TemporaryDirectory() as folder, running_engine(StateDir(Path(folder))) as engine:
        for name, operation in OPERATIONS.items():
            say(name)
            with world(engine.endpoint) as one:
                bills[name] = operation(one)
    return bills


def _trips_to_the_message() -> Budget:
    """In sequence, from a split's beginning to the message that has one webhook told of it."""
    with engine_world(webhooks=1) as one:
        trips = travel(one).trips_to_the_message or 0
    return Budget("round trips: split and fan-out, before a webhook's message", str(trips), "4", trips / 4, 1)


def _cells(bill: Bill) -> tuple[object, ...]:
    return bill.round_trips, bill.spelled, f"{bill.reads:g}", f"{bill.writes:g}", bill.messages


def _budgets(bills: dict[str, Bill]) -> list[Budget]:
    limits = dict.fromkeys(_ONE_TRIP, 1) | dict.fromkeys(_TWO_TRIPS, 2)
    limits |= {name: 3 for name in bills if name.startswith("split,")} | {"list, a page of 200 of 1,000": 3}
    return [
        Budget(f"round trips: {name}", str(bills[name].round_trips), str(most), bills[name].round_trips / most, 1)
        for name, most in limits.items()
    ]
