"""Alarms and dashboards watch what exists: metrics that functions really emitted, or that AWS says it publishes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cleave.metrics import NAMESPACE

from tests.support.dashboards import widgets
from tests.support.operators import Seen
from tests.support.template import ROOT, resources, template

# What AWS publishes: metrics, and the sets of dimensions that they can be looked up by.
PUBLISHED = {
    # docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    "AWS/ApiGateway": (
        {"4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"},
        # The last one only for methods with detailed metrics, see the test of MethodSettings.
        [{"ApiName"}, {"ApiName", "Stage"}, {"ApiName", "Method", "Resource", "Stage"}],
    ),
    # docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html: FunctionName is all versions and aliases together.
    "AWS/Lambda": (
        {"Invocations", "Errors", "Throttles", "Duration", "IteratorAge", "ConcurrentExecutions"},
        # Without a dimension: all functions of the account and region.
        [set(), {"FunctionName"}, {"FunctionName", "Resource"}, {"FunctionName", "Resource", "ExecutedVersion"}],
    ),
    # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"},
        [{"QueueName"}],
    ),
    # docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html: of the table alone without an
    # index. ThrottledRequests would need an Operation as well.
    "AWS/DynamoDB": (
        {"ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"},
        [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ),
}
KINDS = {  # what a dimension's value must refer to
    "FunctionName": "AWS::Serverless::Function",
    "QueueName": "AWS::SQS::Queue",
    "TableName": "AWS::DynamoDB::Table",
}
STACK = "AWS::StackName"
GAUGES = {"OldestPendingCancellation", "OldestPendingEvent", "OldestWaitingDelivery", "FailedBatches"}
ALARMS = resources("AWS::CloudWatch::Alarm")


@dataclass(frozen=True)
class Watched:
    """A metric as an alarm or a widget names it; values of dimensions are text, or logical ids."""

    where: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


def of_alarm(name: str, alarm: dict[str, Any]) -> Iterator[Watched]:
    stats = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    for metric in stats or [alarm]:
        dimensions = tuple(sorted((each["Name"], plain(each["Value"])) for each in metric.get("Dimensions", [])))
        yield Watched(name, metric["Namespace"], metric["MetricName"], dimensions)


def plain(value: Any) -> str:  # noqa: ANN401 - text or an intrinsic function
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return name
        case {"GetAtt": str(name)}:
            return name.partition(".")[0]
        case {"If": [_, by_default, _]}:
            return plain(by_default)
    raise AssertionError(value)


def of_dashboard(name: str, dashboard: dict[str, Any]) -> Iterator[Watched]:
    for widget in widgets(dashboard, lambda reference: reference.partition(".")[0]):
        for metric in widget["properties"].get("metrics", []):
            where = f"{name}: {widget['properties']['title']}"
            yield of_search(where, metric[0]["expression"]) if isinstance(metric[0], dict) else of_row(where, metric)


def of_row(where: str, row: list[Any]) -> Watched:
    namespace, metric, *names = [each for each in row if isinstance(each, str)]
    return Watched(where, namespace, metric, tuple(sorted(zip(names[::2], names[1::2], strict=True))))


def of_search(where: str, expression: str) -> Watched:
    found = re.fullmatch(r"SEARCH\('\{(\w+),(.+)\} MetricName=\"(\w+)\" service=\"(.+)\"', '\w+'\)", expression)
    assert found, expression
    namespace, names, metric, service = found.groups()
    dimensions = dict.fromkeys(names.split(","), "*") | {"service": service}
    return Watched(where, namespace, metric, tuple(sorted(dimensions.items())))


WATCHED = [
    *(each for name, alarm in ALARMS.items() for each in of_alarm(name, alarm)),
    *(each for name, board in resources("AWS::CloudWatch::Dashboard").items() for each in of_dashboard(name, board)),
]


def ids(watched: Watched) -> str:
    return f"{watched.where}-{watched.name}"


@pytest.mark.parametrize("watched", [each for each in WATCHED if each.namespace == NAMESPACE], ids=ids)
def test_a_metric_of_ours_is_one_that_a_function_emitted_with_just_these_dimensions(
    watched: Watched, whole_day: Seen
) -> None:
    wanted = {name: "stack" if value == STACK else value for name, value in watched.dimensions}
    emitted = [dict(each.dimensions) for each in whole_day.metrics if each.name == watched.name]
    assert [
        each
        for each in emitted
        if each.keys() == wanted.keys() and all(wanted[name] in {value, "*"} for name, value in each.items())
    ]


@pytest.mark.parametrize("watched", [each for each in WATCHED if each.namespace != NAMESPACE], ids=ids)
def test_a_metric_of_awss_is_one_that_it_publishes_of_something_that_the_template_has(watched: Watched) -> None:
    metrics, sets = PUBLISHED[watched.namespace]
    assert watched.name in metrics
    assert set(dict(watched.dimensions)) in sets
    for name, value in watched.dimensions:
        if name in KINDS:
            assert value in resources(KINDS[name])
    values = dict(watched.dimensions)
    assert values.get("ApiName", STACK) == STACK
    indexes = [each["IndexName"] for each in resources("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]]
    assert values.get("GlobalSecondaryIndexName", indexes[0]) in indexes


def test_the_api_has_the_name_and_the_detailed_metrics_that_alarms_rely_on() -> None:
    api = resources("AWS::Serverless::Api")["Api"]
    assert api["Name"] == {"Ref": STACK}
    detailed = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/"))
        for each in api["MethodSettings"]
        if each.get("MetricsEnabled") is True
    }
    watched = [dict(each.dimensions) for each in WATCHED if "Resource" in dict(each.dimensions)]
    assert {(each["Method"], each["Resource"]) for each in watched} == detailed
    served = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for function in resources("AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }
    assert detailed <= served


def test_no_index_of_the_table_is_forgotten_for_reads_nor_for_writes() -> None:
    indexes = {each["IndexName"] for each in resources("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]}
    watched = [each for each in WATCHED if each.where == "TableThrottledAlarm" and each.namespace == "AWS/DynamoDB"]
    for name in ("ReadThrottleEvents", "WriteThrottleEvents"):
        seen = {dict(each.dimensions).get("GlobalSecondaryIndexName") for each in watched if each.name == name}
        assert seen == {*indexes, None}


def test_an_alarm_on_the_table_has_a_value_in_every_period() -> None:
    """DynamoDB publishes a throttle when there is one; alarms on its metrics stay as they are while nothing comes, so
    one would never be over. What runs every minute gives each period a value, and what is missing counts as none."""
    metrics = ALARMS["TableThrottledAlarm"]["Metrics"]
    (sum_of_all,) = [each["Expression"] for each in metrics if "Expression" in each]
    filled = [each["Id"] for each in metrics if each["Id"] not in {"all", "runs"}]
    assert re.sub(r"\s+", " ", sum_of_all) == " + ".join(["0 * runs", *(f"FILL({each}, 0)" for each in filled)])
    (runs,) = [each["MetricStat"]["Metric"] for each in metrics if each["Id"] == "runs"]
    assert plain(runs["Dimensions"][0]["Value"]) == "ReconcileFunction"
    assert len(metrics) <= 10  # CloudWatch's limit


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if "ExtendedStatistic" in alarm])
def test_a_percentile_ignores_few_calls_and_sees_the_shortest_canary(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["EvaluateLowSampleCountPercentile"] == "ignore"
    types = template()["Parameters"]["DeploymentType"]["AllowedValues"]
    shortest = min(int(found[1]) for each in types if (found := re.search(r"Canary10Percent(\d+)Minutes", each)))
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 60 * shortest
    assert alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]


def test_no_stranger_sets_off_an_alarm_that_rolls_a_deployment_back() -> None:
    """To refuse credentials is no error of the authorizer's: it denies by a policy. Refused requests are 4xx."""
    guards = {
        each["Ref"]
        for each in resources("AWS::Serverless::Function")["AuthorizerFunction"]["DeploymentPreference"]["Alarms"]
    }
    watched = {each.name for each in WATCHED if each.where in guards}
    assert guards <= set(ALARMS)
    assert watched == {"5XXError", "Latency", "Errors"}


def test_one_alarm_is_on_throttles_of_every_function() -> None:
    (watched,) = [each for each in WATCHED if each.where == "FunctionsThrottledAlarm"]
    assert (watched.namespace, watched.name, watched.dimensions) == ("AWS/Lambda", "Throttles", ())


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_has_a_runbook_tells_its_topic_and_says_what_missing_data_means(name: str) -> None:
    alarm = ALARMS[name]
    description = alarm["AlarmDescription"]["Sub"]
    found = re.search(r"What to do: \$\{Runbooks\}/([a-z-]+\.md)$", description)
    assert found
    page = (ROOT / "docs/runbooks" / found.group(1)).read_text()
    slug = found.group(1).removesuffix(".md")
    assert alarm["AlarmName"]["Sub"].startswith(f"${{AWS::StackName}}-{slug}")
    assert slug in page
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    gauges = {each.name for each in of_alarm(name, alarm)} & GAUGES
    assert alarm["TreatMissingData"] == ("breaching" if gauges else "notBreaching")


@pytest.mark.parametrize("name", ALARMS)
def test_a_threshold_is_a_parameter_with_its_reason_or_the_first_one(name: str) -> None:
    match ALARMS[name]["Threshold"]:
        case {"Ref": str(parameter)}:
            assert len(template()["Parameters"][parameter]["Description"]) > 60
        case threshold:
            assert threshold == 1


def test_the_period_of_a_gauge_holds_every_run_that_emits_it() -> None:
    """Two runs at least, so that one which is late by seconds is not missing."""
    rates = {
        "OldestPendingCancellation": 60,
        "OldestPendingEvent": 60,
        "OldestWaitingDelivery": 300,
        "FailedBatches": 300,
    }
    for alarm in ALARMS.values():
        if alarm.get("MetricName") in rates:
            assert alarm["Period"] >= 2 * rates[alarm["MetricName"]]
