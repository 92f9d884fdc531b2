"""Generates documents from the code's own catalogues: ``python -m cleave_cli.catalogues``."""

import logging
from pathlib import Path

from cleave.logs import Log
from cleave.metrics import NAMESPACE, Metric

from cleave_cli.errors_table import markdown_table
from cleave_cli.event_documents import event_documents
from cleave_cli.paths import ROOT

LOGS, METRICS = ROOT / "docs/logs.md", ROOT / "docs/metrics.md"

_LOGS_HEAD = """# Logs

For operators: every line that the functions log, and what it means.

`python -m cleave_cli.catalogues` generates this page; a test keeps it equal to the code.

Every function writes one JSON object a line. `message` is one of the codes below. `level`, `timestamp`, `location` and
`xray_trace_id` are in every line, and the other fields belong to the code. No line holds a body, a name, an address
or a secret.

`correlation_id` is API Gateway's id of the request that caused the line (`x-amzn-requestid` of the answer). It is
stored with the cancellation and with each event, so the lines of the stream function and of the deliveries have it too.
If one split applied cancellations of several requests, it holds all their ids, separated by spaces: search with `like`.

"""
_METRICS_HEAD = f"""# Metrics

For operators: every metric, and what it means.

`python -m cleave_cli.catalogues` generates this page; a test keeps it equal to the code.

All metrics are in the namespace `{NAMESPACE}`. Each has the dimension `service`, the stack's name, and those of its
row. No dimension grows with the number of sellers, orders or webhooks.

"""


def render_logs() -> str:
    """docs/logs.md."""
    rows = [(f"`{line.code}`", logging.getLevelName(line.level), _names(line.fields), line.meaning) for line in Log]
    return _LOGS_HEAD + markdown_table(["code", "level", "fields", "meaning"], rows)


def render_metrics() -> str:
    """docs/metrics.md."""
    rows = [(f"`{each.key}`", each.unit.value, _names(each.dimensions), each.meaning) for each in Metric]
    return _METRICS_HEAD + markdown_table(["metric", "unit", "dimensions", "meaning"], rows)


def documents() -> dict[Path, str]:
    """The documents by path."""
    return {LOGS: render_logs(), METRICS: render_metrics(), **event_documents()}


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
