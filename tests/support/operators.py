"""What operators see of functions that run in this process: the lines that they log, the metrics that they emit."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cleave.observability import logger


@dataclass(frozen=True)
class Emitted:
    """One metric as CloudWatch takes it out of the log."""

    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    values: tuple[float, ...]


@dataclass
class Seen:
    """Collects while ``watching``."""

    log: io.StringIO = field(default_factory=io.StringIO)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Metrics are printed; the logger holds on to the stream that it was made with."""
        handler = logger.registered_handler
        before = handler.stream  # type: ignore[attr-defined]
        handler.stream = self.log  # type: ignore[attr-defined]
        try:
            with contextlib.redirect_stdout(self.log):
                yield
        finally:
            handler.stream = before  # type: ignore[attr-defined]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was logged, as Logs Insights sees it."""
        return [document for document in self._documents() if "_aws" not in document]

    def said(self, code: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == code]

    @property
    def metrics(self) -> list[Emitted]:
        """What was emitted."""
        documents = [document for document in self._documents() if "_aws" in document]
        return [metric for document in documents for metric in _emitted(document)]

    def values(self, name: str, **dimensions: str) -> list[float]:
        """All values of a metric with these dimensions, beside its service."""
        return [
            value
            for metric in self.metrics
            if metric.name == name and dict(metric.dimensions).items() - {("service", "stack")} == dimensions.items()
            for value in metric.values
        ]

    def _documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def _emitted(document: dict[str, Any]) -> Iterator[Emitted]:
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple(sorted((name, document[name]) for name in names))
            for metric in directive["Metrics"]:
                values = tuple(document[metric["Name"]])
                yield Emitted(directive["Namespace"], metric["Name"], metric["Unit"], dimensions, values)
