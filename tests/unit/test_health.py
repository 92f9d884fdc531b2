"""What is healthy, by the alarms of the template: their metrics, thresholds, comparisons and runbooks."""

from typing import Any

import pytest
from cleave.dialects.operations import GAUGES
from cleave.domain.health import Gauge, GaugeName, Thresholds, are_healthy
from cleave.entry.resources import Settings

from tests.support.template import ROOT, resources, template

# As AWS calls it, where the gauge is not a metric of ours.
METRICS = {name: name.value for name in GaugeName} | {
    GaugeName.DEAD_LETTERS: "ApproximateNumberOfMessagesVisible",
}
PARAMETERS = {"AlarmPendingSeconds": "ALARM_PENDING_SECONDS", "AlarmWaitingSeconds": "ALARM_WAITING_SECONDS"}


def alarm_of(name: GaugeName) -> dict[str, Any] | None:
    found = [each for each in resources("AWS::CloudWatch::Alarm").values() if each.get("MetricName") == METRICS[name]]
    return found[0] if found else None


def gauges(value: float) -> list[Gauge]:
    """All of one value, as ``read_status`` makes them."""
    thresholds = Thresholds(pending=300, waiting=21600)
    of = {
        GaugeName.CANCELLATION: thresholds.pending,
        GaugeName.EVENT: thresholds.pending,
        GaugeName.DELIVERY: thresholds.waiting,
        GaugeName.FAILED_BATCHES: 1,
        GaugeName.DEAD_LETTERS: 1,
        GaugeName.RECEIVERS: None,
    }
    return [Gauge(name, value, threshold) for name, threshold in of.items()]


@pytest.mark.parametrize("gauge", gauges(0), ids=lambda each: each.name)
def test_a_threshold_is_the_alarms_and_a_runbook_the_one_that_it_names(gauge: Gauge) -> None:
    alarm, (_, runbook) = alarm_of(gauge.name), GAUGES[gauge.name]
    assert (ROOT / f"docs/runbooks/{runbook}.md").exists()
    if alarm is None:
        assert gauge.threshold is None
        return
    assert runbook in str(alarm["AlarmDescription"])
    threshold = alarm["Threshold"]
    expected = template()["Parameters"][threshold["Ref"]]["Default"] if isinstance(threshold, dict) else threshold
    assert gauge.threshold == expected
    breaches = "GreaterThanThreshold" if gauge.name.is_age else "GreaterThanOrEqualToThreshold"
    assert alarm["ComparisonOperator"] == breaches


def test_the_functions_thresholds_are_the_parameters_of_the_alarms() -> None:
    (function,) = [
        each for each in resources("AWS::Serverless::Function").values() if each["CodeUri"] == "functions/get_status"
    ]
    variables = function["Environment"]["Variables"]
    for parameter, variable in PARAMETERS.items():
        assert variables[variable] == {"Ref": parameter}
        assert Settings.model_fields[variable.lower()].default == template()["Parameters"][parameter]["Default"]


@pytest.mark.parametrize(
    ("name", "at", "beyond"),
    [
        (GaugeName.CANCELLATION, 300, 301),
        (GaugeName.EVENT, 300, 301),
        (GaugeName.DELIVERY, 21600, 21601),
        (GaugeName.FAILED_BATCHES, 0, 1),
        (GaugeName.DEAD_LETTERS, 0, 1),
    ],
)
def test_a_gauge_is_well_until_its_alarm_goes_off(name: GaugeName, at: float, beyond: float) -> None:
    (well,) = [each for each in gauges(at) if each.name is name]
    (ill,) = [each for each in gauges(beyond) if each.name is name]
    assert (well.is_healthy, ill.is_healthy) == (True, False)
    assert are_healthy([well])
    assert not are_healthy([well, ill])


def test_a_receiver_that_fails_is_its_owners_to_mend() -> None:
    assert are_healthy([Gauge(GaugeName.RECEIVERS, 400, None)])
