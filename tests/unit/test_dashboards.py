"""Boards show every alarm beside its threshold, lead to its runbook, and say whom it concerns."""

import re
from typing import Any

import pytest
from cleave_cli.dashboards.boards import boards
from cleave_cli.dashboards.widgets import page_of
from cleave_cli.dashboards.written import TEMPLATE, written

from tests.support.dashboards import Widget, widgets
from tests.support.insights import MOST_GROUPS, Query
from tests.support.template import ROOT, resources

ALARMS = resources("AWS::CloudWatch::Alarm")
BOARDS = {
    name: widgets(board, lambda name: f"<{name}>") for name, board in resources("AWS::CloudWatch::Dashboard").items()
}
TABLES = [each for board in BOARDS.values() for each in board if each["type"] == "log"]
FREE_METRICS = 50  # of each of three dashboards of an account
# The gateway's own log, by its format in the template.
GATEWAY_LOG = {"request", "time", "route", "status", "response", "credential", "ip", "ms"}


def test_the_template_has_the_boards_as_they_are_described() -> None:
    template = TEMPLATE.read_text()
    assert written(template) == template, "run: python -m cleave_cli.dashboards"
    assert BOARDS.keys() == boards().keys()


def watched(alarm: dict[str, Any]) -> set[str]:
    """Names of the metrics that it is about."""
    stats = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    runs = {"Invocations"}  # no more than a value in every period
    return {f"{each['Namespace']} {each['MetricName']}" for each in stats or [alarm]} - {
        f"AWS/Lambda {name}" for name in runs
    }


def graphs_of(alarm: str) -> list[Widget]:
    """Graphs that draw all of its metrics."""
    drawn = [each for board in BOARDS.values() for each in board if each["type"] == "metric"]
    wanted = watched(ALARMS[alarm])
    return [each for each in drawn if wanted <= {" ".join(map(str, row[:2])) for row in each["properties"]["metrics"]}]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_drawn_with_its_own_threshold(name: str) -> None:
    alarm = ALARMS[name]
    label = alarm["AlarmName"]["Sub"].removeprefix("${AWS::StackName}-")
    threshold = alarm["Threshold"]
    value = f"<{threshold['Ref']}>" if isinstance(threshold, dict) else threshold
    lines = [
        line
        for graph in graphs_of(name)
        for line in graph["properties"].get("annotations", {}).get("horizontal", [])
        if line["label"] == label
    ]
    assert [line["value"] for line in lines] == [value]


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_begins_with_all_alarms_and_the_way_to_their_runbooks(board: str) -> None:
    text, states, *_ = BOARDS[board]
    links = re.findall(r"\[([a-z-]+)\]\(<Runbooks>/([a-z-]+)\.md\)", text["properties"]["markdown"])
    assert {page for _, page in links} == {page_of(name) for name in ALARMS}
    assert all(label == page and (ROOT / f"docs/runbooks/{page}.md").exists() for label, page in links)
    names = [each["AlarmName"]["Sub"].removeprefix("${AWS::StackName}") for each in ALARMS.values()]
    assert [each.rpartition("<AWS::StackName>")[2] for each in states["properties"]["alarms"]] == names


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_costs_nothing_of_its_own(board: str) -> None:
    assert sum(len(each["properties"].get("metrics", [])) for each in BOARDS[board]) <= FREE_METRICS


@pytest.mark.parametrize("board", BOARDS)
def test_no_widget_lies_on_another(board: str) -> None:
    cells = [
        (x, y)
        for each in BOARDS[board]
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def asked(widget: Widget) -> Query:
    *sources, text = re.split(r" \| (?!SOURCE)", widget["properties"]["query"], maxsplit=1)
    groups = re.findall(r"SOURCE '([^']+)'", sources[0])
    return Query(widget["properties"]["title"], tuple(groups), text)


@pytest.mark.parametrize("widget", TABLES, ids=lambda each: each["properties"]["title"])
def test_a_table_names_whom_it_concerns_from_lines_that_are_logged(widget: Widget) -> None:
    query = asked(widget)
    existing = {
        each["LogGroupName"]["Sub"].replace("${AWS::StackName}", "<AWS::StackName>")
        for each in resources("AWS::Logs::LogGroup").values()
    }
    assert 0 < len(query.groups) <= MOST_GROUPS
    assert set(query.groups) <= existing
    assert query.strange <= (GATEWAY_LOG if "/aws/apigateway/" in query.groups[0] else set())
    (by,) = re.findall(r"stats .* by ([\w, ]+?) \|", query.text)
    assert set(by.split(", ")) & {"owner", "order_number", "credential"}


def test_what_names_nobody_would_be_seen() -> None:
    """Names of buyers are in no line: a table shows what the catalogue of lines, or the gateway's format, has."""
    assert asked(
        {"properties": {"title": "t", "query": "SOURCE 'a' | SOURCE 'b' | stats count(*) by name"}}
    ).strange == {"name"}
    assert {each["properties"]["title"] for each in TABLES} == {
        "Receivers that fail or were turned off",
        "Refused, by caller and route",
        "Orders whose split or fan-out failed",
        "Failed or throttled, by caller and route",
    }
