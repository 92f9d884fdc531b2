"""When metrics are written, and how many documents they take."""

import pytest
from cleave.metrics import Metric, count, emit, gathered

from tests.support.operators import Emitted, Seen

LIMIT = 100  # of values that CloudWatch takes of one metric in one document


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")
    return Seen()


def written(seen: Seen) -> int:
    return len(seen.log.getvalue().splitlines())


def test_what_a_batch_emits_is_one_document_for_each_set_of_dimensions(seen: Seen) -> None:
    with seen.watching(), gathered():
        for waited in (5, 7):
            emit({Metric.PACKAGES_SPLIT: [1], Metric.SPLIT_LATENCY: [waited]})
            count(Metric.DELIVERY_ATTEMPTS, outcome="failed")
        assert not written(seen)
    assert written(seen) == 2
    assert [(metric.name, metric.values) for metric in seen.metrics] == [
        ("PackagesSplit", (1, 1)),
        ("SplitLatency", (5, 7)),
        ("DeliveryAttempts", (1, 1)),
    ]


def test_what_was_emitted_before_a_batch_failed_is_written(seen: Seen) -> None:
    def batch() -> None:
        with gathered():
            count(Metric.EVENTS)
            raise KeyboardInterrupt

    with seen.watching(), pytest.raises(KeyboardInterrupt):
        batch()
    assert seen.values("Events") == [1]


def test_a_batch_in_a_batch_is_written_with_it(seen: Seen) -> None:
    with seen.watching(), gathered():
        with gathered():
            count(Metric.EVENTS)
        count(Metric.EVENTS)
    assert (written(seen), seen.values("Events")) == (1, [1, 1])


def test_outside_of_a_batch_each_is_written_at_once(seen: Seen) -> None:
    with seen.watching():
        count(Metric.EVENTS)
        assert written(seen) == 1
        count(Metric.EVENTS)
    assert (written(seen), seen.values("Events")) == (2, [1, 1])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("values", [0, 1, LIMIT, LIMIT + 1, 2 * LIMIT])
def test_every_value_is_written_once_and_none_in_too_large_a_document(seen: Seen, values: int) -> None:
    with seen.watching():
        emit({Metric.SPLIT_LATENCY: list(range(values)), Metric.CANCELLATIONS_APPLIED: []})
    assert seen.values("SplitLatency") == list(range(values))
    assert all(isinstance(each, Emitted) and 0 < len(each.values) <= LIMIT for each in seen.metrics)
