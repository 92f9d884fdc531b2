"""What the local engine is taught of batching windows: a function is called once for what has gathered."""

import time
from typing import Any

import pytest
from cleave_cli.engine_main import gather_for_windows

EAGER = {"UUID": "eager", "MaximumBatchingWindowInSeconds": 0}
PATIENT = {"UUID": "patient", "MaximumBatchingWindowInSeconds": 5}


class Engine:
    """Polls as MiniStack does: it calls each source's function, except before the time that is noted for it."""

    def __init__(self) -> None:
        self._esm_backoff_until: dict[str, float] = {}
        self.called: list[str] = []

    def _iter_all_esms(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [("123456789012", "eu-central-1", source) for source in (EAGER, PATIENT)]

    def _poll_dynamodb_streams(self) -> bool:
        ready = [
            source["UUID"]
            for *_, source in self._iter_all_esms()
            if self._esm_backoff_until.get(source["UUID"], 0) <= time.time()
        ]
        for name in ready:
            self._esm_backoff_until.pop(name, None)
        self.called += ready
        return bool(ready)


def test_a_function_with_a_window_is_called_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, now = Engine(), 1_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    gather_for_windows(engine)
    polls: list[list[str]] = []
    for now in (1_000, 1_004, 1_005, 1_006, 1_010, 1_011):  # noqa: B007 - the clock reads it
        engine.called.clear()
        assert engine._poll_dynamodb_streams()
        polls.append(list(engine.called))
    both = ["eager", "patient"]
    assert polls == [["eager"], ["eager"], both, ["eager"], ["eager"], both]
