"""Cold start: from a request to a process that does not exist yet to its answer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from statistics import median

from cleave.domain.order import LiveLine, LivePackage, Order
from cleave.store.orders import write_order
from cleave.table.attributes import Item, to_attributes
from cleave.table.requests import Create

from benchmarks import builds
from benchmarks.events import ITEM, LINE_ID, ORDER, PACKAGE_ID, cancel_event, item_event
from benchmarks.functions import names
from benchmarks.imports import imports
from benchmarks.report import Budget, budgets, table
from benchmarks.sandbox import ColdStart, Function, cold_start
from benchmarks.scale import Scale, interleave, middle, say
from benchmarks.tls import Aws, aws_here, milliseconds_of_connections
from benchmarks.world import SELLER, STOREFRONT

TITLE = "Cold start"
_BARE, _USUAL, _COMPILED = 1.35, 0.33, 0.6
LEFT = 500


def _order() -> Item:
    """As it is stored: one package with one line."""
    line = LiveLine(LINE_ID, ITEM, LEFT)
    live = LivePackage(PACKAGE_ID, datetime(2026, 10, 18, tzinfo=UTC), PACKAGE_ID, (line,))
    write = write_order(Order(ORDER, SELLER), Order(ORDER, SELLER, sequence=1, live=(live,)), 0)
    if not isinstance(write, Create):
        raise TypeError("an order that was not there is created")
    return write.item


_PACKAGE = {
    "storefront": STOREFRONT,
    "status": "Created",
    "version": 1,
    "left": {str(LINE_ID): LEFT},
    "waiting": list[object](),
}
# A query is Cleave's for the order, a get the usual way's for the package.
ANSWERS: Mapping[str, Mapping[str, object]] = {
    "Query": {"Items": [to_attributes(_order())], "Count": 1, "ScannedCount": 1},
    "GetItem": {"Item": to_attributes(_PACKAGE)},
}


def variables(endpoint: str | None = None) -> dict[str, str]:
    """The functions' environment; without an endpoint they find AWS's own."""
    log = {"POWERTOOLS_SERVICE_NAME": "cleave", "POWERTOOLS_LOG_LEVEL": "INFO"}
    elsewhere = {} if endpoint is None else {"AWS_ENDPOINT_URL": endpoint}
    return {"TABLE_NAME": "cleave", "DELIVERY_QUEUE_URL": "https://queue.example", **log, **elsewhere}


def run(scale: Scale) -> str:
    say("sam build of Cleave and of the usual way")
    builds.build_all()
    with aws_here(ANSWERS) as aws:
        return _measure(scale, aws, variables())


def _measure(scale: Scale, aws: Aws, environment: dict[str, str]) -> str:
    cancel, order_cancel = (builds.cleave(name, environment) for name in ("CancelPackage", "OrderCancel"))
    usual, compiled = builds.usual(environment), builds.usual(environment, compiled=True)
    cases: dict[str, tuple[Function, object]] = {
        _BARE_WRITE: (aws.with_all_roots(builds.bare(environment)), cancel_event()),
        "bare, one write, boto3 as it is installed": (
            aws.with_all_roots(builds.bare(environment, our_layer=False)),
            cancel_event(),
        ),
        "usual, accept": (aws.with_all_roots(usual), cancel_event()),
        "usual, accept, byte code": (aws.with_all_roots(compiled), cancel_event()),
        "CancelPackage, refuse": (aws.with_few_roots(cancel), cancel_event(0)),
        "CancelPackage, accept": (aws.with_few_roots(cancel), cancel_event()),
        "CancelPackage, accept, with all roots": (aws.with_all_roots(cancel), cancel_event()),
        "OrderCancel, refuse": (aws.with_few_roots(order_cancel), item_event(0)),
        "OrderCancel, accept": (aws.with_few_roots(order_cancel), item_event()),
    }
    runs = interleave(scale.pick(1, 5, 11), {name: partial(cold_start, *case) for name, case in cases.items()})
    parts = [budgets(_budgets(runs)), _starts(runs), imports(scale, environment), _functions(scale, aws, environment)]
    return "\n".join([_INTRO, *parts, _connections(scale), _sizes()])


_BARE_WRITE = "bare, one write, our layer"
_INTRO = (
    "A fresh process under AWS's runtime interface emulator and client, from its first request to its first answer. "
    "The database is a stub that answers at once, under the name of DynamoDB's endpoint and over TLS. Every case "
    "verifies its certificate: bare and the usual way with botocore's bundle of all roots, Cleave with its layer's "
    "few. No case may write byte code; each has it already, except the usual way as `sam build` leaves it. Bare and "
    "Cleave have the same layer. The budgets compare CPU, which the scheduler counts for the process: a cold start "
    "does nothing but compute, and other load on the machine disturbs this count less than the time.\n"
)


def _budgets(runs: dict[str, list[ColdStart]]) -> list[Budget]:
    refusals, accepts = (
        ("CancelPackage, refuse", "OrderCancel, refuse"),
        ("CancelPackage, accept", "OrderCancel, accept"),
    )
    pairs = [
        *((ours, _BARE_WRITE, _BARE) for ours in (*refusals, *accepts)),
        *((ours, "usual, accept", _USUAL) for ours in accepts),
        *((ours, "usual, accept, byte code", _COMPILED) for ours in accepts),
    ]
    return [_budget(runs, *pair) for pair in pairs]


def _budget(runs: dict[str, list[ColdStart]], ours: str, theirs: str, most: float) -> Budget:
    """The ratio is that of each round, in which one came after the other."""
    mine, other = middle(runs[ours], _cpu), middle(runs[theirs], _cpu)
    ratio = median(own.cpu / its.cpu for own, its in zip(runs[ours], runs[theirs], strict=True))
    return Budget(f"CPU of a cold start: {ours}, vs. {theirs}", f"{mine:.0f} ms", f"{other:.0f} ms", ratio, most)


def _cpu(start: ColdStart) -> float:
    return start.cpu


def _starts(runs: dict[str, list[ColdStart]]) -> str:
    columns = ("case", "CPU, ms", "first answer, ms", "of it init, ms", "peak MiB")
    rows = [
        (
            name,
            f"{middle(starts, _cpu):.0f}",
            f"{middle(starts, lambda start: start.first):.0f}",
            f"{middle(starts, lambda start: start.init):.0f}",
            f"{middle(starts, lambda start: start.peak):.0f}",
        )
        for name, starts in runs.items()
    ]
    return table(columns, rows)


def _functions(scale: Scale, aws: Aws, environment: dict[str, str]) -> str:
    """Init alone: what they do with a request differs."""
    cases = {
        name: partial(cold_start, aws.with_few_roots(builds.cleave(name, environment)), {}, must_succeed=False)
        for name in (names()[:2] if scale.quick else names())
    }
    runs = interleave(scale.pick(1, 1, 3), cases)
    rows = sorted(
        (round(middle(starts, lambda start: start.init)), round(middle(starts, lambda start: start.peak)), name)
        for name, starts in runs.items()
    )
    return "Init of every function:\n\n" + table(
        ("function", "init, ms", "peak MiB"), [(name, init, peak) for init, peak, name in rows]
    )


def _connections(scale: Scale) -> str:
    rows = [(way, f"{spent:.1f}") for way, spent in milliseconds_of_connections(scale.pick(2, 30)).items()]
    text = "A new connection over TLS. AWS's clients open the first two kinds, requests to receivers the last one:\n\n"
    return text + table(("roots", "ms of a processor"), rows)


def _sizes() -> str:
    rows = [(name, f"{builds.size_mib(folder):.1f}") for name, folder in builds.layer_folders().items()]
    rows.append(("the usual function, by itself", f"{builds.size_mib(builds.usual({}).path[0]):.1f}"))
    return (
        "Unpacked sizes. The layers hold byte code for every module, and compiled modules for two architectures:\n\n"
        + table(("what", "MiB"), rows)
    )
