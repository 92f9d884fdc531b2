"""Cold start: from a request to a process that does not exist yet to its answer."""

import json
from collections.abc import Mapping
from functools import partial

from cleave.table.attributes import to_attributes
from cleave_cli.template import resources

from benchmarks import builds
from benchmarks.events import ITEM, LINE_ID, ORDER, PACKAGE_ID, cancel_event, item_event
from benchmarks.imports import imports
from benchmarks.report import Budget, budgets, table
from benchmarks.sandbox import ColdStart, Function, cold_start
from benchmarks.scale import Scale, interleave, middle, say
from benchmarks.stub import stub_database
from benchmarks.world import SELLER, STOREFRONT

TITLE = "Cold start"
_BARE, _USUAL = 1.2, 0.33
LEFT = 500
_LIVE = json.dumps([[PACKAGE_ID, 1, [[LINE_ID, ITEM, LEFT]]]])
_ORDER = {"order_number": ORDER, "seller_id": SELLER, "sequence": 1, "version": 1, "live": _LIVE}
_PACKAGE = {
    "storefront": STOREFRONT,
    "status": "Created",
    "version": 1,
    "left": {str(LINE_ID): LEFT},
    "waiting": list[object](),
}
# A query is Cleave's for the order, a get the usual way's for the package.
ANSWERS: Mapping[str, Mapping[str, object]] = {
    "Query": {"Items": [to_attributes(_ORDER)], "Count": 1, "ScannedCount": 1},
    "GetItem": {"Item": to_attributes(_PACKAGE)},
}


def variables(endpoint: str) -> dict[str, str]:
    """The functions' environment."""
    log = {"POWERTOOLS_SERVICE_NAME": "cleave", "POWERTOOLS_LOG_LEVEL": "INFO"}
    return {"TABLE_NAME": "cleave", "DELIVERY_QUEUE_URL": f"{endpoint}/queue", "AWS_ENDPOINT_URL": endpoint, **log}


def run(scale: Scale) -> str:
    """The section."""
    say("sam build of Cleave and of the usual way")
    builds.build_all()
    with stub_database(ANSWERS) as endpoint:
        return _measure(scale, variables(endpoint))


def _measure(scale: Scale, environment: dict[str, str]) -> str:
    cases: dict[str, tuple[Function, object]] = {
        "bare, one client": (builds.bare(environment), {**cancel_event(), "httpMethod": "GET"}),
        "bare, one write": (builds.bare(environment), cancel_event()),
        "bare, one write, our layer": (builds.bare(environment, our_layer=True), cancel_event()),
        "usual, accept": (builds.usual(environment), cancel_event()),
        "usual, accept, byte code": (builds.usual(environment, compiled=True), cancel_event()),
        "CancelPackage, refuse": (builds.cleave("CancelPackage", environment), cancel_event(0)),
        "CancelPackage, accept": (builds.cleave("CancelPackage", environment), cancel_event()),
        "OrderCancel, refuse": (builds.cleave("OrderCancel", environment), item_event(0)),
        "OrderCancel, accept": (builds.cleave("OrderCancel", environment), item_event()),
    }
    runs = interleave(scale.pick(1, 5, 11), {name: partial(cold_start, *case) for name, case in cases.items()})
    parts = [budgets(_budgets(runs)), _starts(runs), imports(scale, environment), _functions(scale, environment)]
    return "\n".join([_intro(), *parts, _sizes()])


def _intro() -> str:
    return (
        "A fresh process under AWS's runtime interface emulator and client, first request to first answer; "
        " the database is a stub that answers at once, over HTTP without TLS. Nothing may write byte "
        "code; bare and, where it says so, the usual way have it, for all of boto3 as it is installed. Budgets are "
        "compared by CPU, the scheduler's count for the process: a cold start is all computing, and what else runs on "
        "the machine disturbs the count less than the time.\n"
    )


def _budgets(runs: dict[str, list[ColdStart]]) -> list[Budget]:
    pairs = [
        ("CancelPackage, refuse", "bare, one client", _BARE),
        ("CancelPackage, accept", "bare, one write", _BARE),
        ("OrderCancel, refuse", "bare, one client", _BARE),
        ("OrderCancel, accept", "bare, one write", _BARE),
        ("CancelPackage, accept", "usual, accept", _USUAL),
        ("OrderCancel, accept", "usual, accept", _USUAL),
    ]
    return [_budget(runs, *pair) for pair in pairs]


def _budget(runs: dict[str, list[ColdStart]], ours: str, theirs: str, most: float) -> Budget:
    mine, other = middle(runs[ours], _cpu), middle(runs[theirs], _cpu)
    return Budget(f"CPU of a cold start: {ours}, vs. {theirs}", f"{mine:.0f} ms", f"{other:.0f} ms", mine / other, most)


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


def _functions(scale: Scale, environment: dict[str, str]) -> str:
    """Init alone: what they do with a request differs."""
    names = [name.removesuffix("Function") for name in resources("AWS::Serverless::Function")]
    cases = {
        name: partial(cold_start, builds.cleave(name, environment), {}, must_succeed=False)
        for name in (names[:2] if scale.quick else names)
    }
    runs = interleave(scale.pick(1, 1, 3), cases)
    rows = sorted(
        (round(middle(starts, lambda start: start.init)), round(middle(starts, lambda start: start.peak)), name)
        for name, starts in runs.items()
    )
    return "Init of every function:\n\n" + table(
        ("function", "init, ms", "peak MiB"), [(name, init, peak) for init, peak, name in rows]
    )


def _sizes() -> str:
    rows = [(name, f"{builds.size_mib(folder):.1f}") for name, folder in builds.layer_folders().items()]
    rows.append(("the usual function, by itself", f"{builds.size_mib(builds.usual({}).path[0]):.1f}"))
    return "Unpacked sizes; the layers hold byte code for all, and compiled modules for two architectures:\n\n" + table(
        ("what", "MiB"), rows
    )
