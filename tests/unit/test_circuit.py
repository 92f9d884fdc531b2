"""When a failing receiver is tried again, and given up."""

from datetime import timedelta

import pytest
from cleave.domain.circuit import Circuit, RetryPolicy, after_failure, parse_policy, retry_delay

from tests.support.template import template
from tests.unit.builders import START

POLICY = RetryPolicy((timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)), timedelta(days=1))


def failing(failures: int, *, probe_at: timedelta | None = None, probes: int = 0) -> Circuit:
    return Circuit(failures, START, None if probe_at is None else START + probe_at, probes, failures)


def test_the_setting_of_the_template_spans_days() -> None:
    policy = parse_policy(template()["Parameters"]["RetrySchedule"]["Default"])
    assert policy.steps[0] == timedelta(seconds=5)
    assert policy.window == timedelta(days=3)
    assert list(policy.steps) == sorted(policy.steps)


@pytest.mark.parametrize("setting", ["", "5s", "off 3d", "5s 3d", "5x off 3d", "s off 3d"])
def test_what_is_no_schedule_is_refused(setting: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        parse_policy(setting)


def test_a_wait_is_its_step_spread_over_a_fifth_to_either_side() -> None:
    assert [retry_delay(POLICY, failures, 0.5) for failures in (1, 2, 3, 4, 99)] == [
        timedelta(seconds=10),
        timedelta(minutes=1),
        *[timedelta(hours=1)] * 3,
    ]
    assert retry_delay(POLICY, 1, 0) == timedelta(seconds=8)
    assert retry_delay(POLICY, 1, 1) == timedelta(seconds=12)


def test_five_failures_in_a_row_open_the_circuit() -> None:
    circuit = None
    opened = []
    for _ in range(5):
        circuit = after_failure(circuit, START, POLICY, 0.5, probe=False)
        opened.append(circuit.probe_at)
    assert opened == [*[None] * 4, START + timedelta(seconds=10)]


def test_only_probes_are_steps_of_the_schedule() -> None:
    open_circuit = failing(3, probe_at=timedelta(seconds=10))
    late = after_failure(open_circuit, START, POLICY, 0.5, probe=False)
    assert (late.probe_at, late.probes) == (open_circuit.probe_at, 0)
    probed = after_failure(open_circuit, START + timedelta(seconds=10), POLICY, 0.5, probe=True)
    assert (probed.probe_at, probed.probes) == (START + timedelta(seconds=70), 1)


@pytest.mark.parametrize("probe", [True, False])
def test_what_is_asked_for_while_a_request_fails_is_tried_when_it_was_to_be(probe: bool) -> None:  # noqa: FBT001
    asked = failing(8, probe_at=timedelta(seconds=10), probes=3).wanted("0/place", START)
    pause = timedelta(hours=1)
    failed = after_failure(asked, START + timedelta(seconds=1), POLICY, 0.5, probe=probe, retry_after=pause)
    assert (failed.probe_at, failed.asked, failed.failures, failed.probes) == (START, "0/place", 9, 3 + probe)
    tried = after_failure(failed.claimed(START), START, POLICY, 0.5, probe=True)
    assert tried.probe_at == START + timedelta(hours=1)


def test_a_pause_that_was_asked_for_is_kept_whatever_the_step() -> None:
    asked = after_failure(None, START, POLICY, 0.5, probe=False, retry_after=timedelta(minutes=5))
    assert asked.probe_at == START + timedelta(minutes=5)
    short = after_failure(None, START, POLICY, 0.5, probe=False, retry_after=timedelta(seconds=1))
    assert short.probe_at == START + timedelta(seconds=10)
    greedy = after_failure(None, START, POLICY, 0.5, probe=False, retry_after=timedelta(days=365))
    assert greedy.probe_at == START + timedelta(hours=6)


def test_a_receiver_is_lost_by_time_and_not_by_count() -> None:
    assert not failing(1000).is_lost(POLICY, START + timedelta(hours=23))
    assert failing(6).is_lost(POLICY, START + timedelta(days=1))
    assert not failing(2).is_lost(POLICY, START + timedelta(days=9))  # two events, nine days apart
