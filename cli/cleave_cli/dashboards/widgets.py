"""Widgets of CloudWatch, without their places on a board."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cleave_cli.template import resources

type Widget = dict[str, Any]
type Row = list[Any]
"""A metric as CloudWatch writes it: namespace, name, names and values of dimensions, and perhaps how it is drawn."""

STACK = "${AWS::StackName}"
REGION = "${AWS::Region}"
WIDE, THIRD, HALF = 24, 8, 12
# A text around a reference that the template fills in with a number: in JSON it has no quotes.
_NUMBER = re.compile(r'"<(\$\{\w+\})>"')


def metrics(title: str, *rows: Row, stat: str = "Sum", alarms: Sequence[str] = (), **more: Any) -> Widget:  # noqa: ANN401 - JSON
    """A graph, with the threshold of each alarm that watches one of its metrics."""
    shown = {"title": title, "region": REGION, "view": "timeSeries", "stat": stat, "period": 300, "metrics": [*rows]}
    if alarms:
        shown["annotations"] = {"horizontal": [_threshold(name) for name in alarms]}
    return {"type": "metric", "width": THIRD, "height": 6, "properties": {**shown, **more}}


def table(title: str, groups: Sequence[str], query: str, width: int = HALF) -> Widget:
    """The results of a Logs Insights query in the time that the board shows."""
    sources = " | ".join(f"SOURCE '{group}'" for group in groups)
    shown = {"title": title, "region": REGION, "view": "table", "query": f"{sources} | {query}"}
    return {"type": "log", "width": width, "height": 6, "properties": shown}


def links(alarms: Iterable[str]) -> Widget:
    """A page for each alarm."""
    pages = dict.fromkeys(page_of(name) for name in alarms)
    text = " · ".join(f"[{page}](${{Runbooks}}/{page}.md)" for page in pages)
    return {"type": "text", "width": WIDE, "height": 2, "properties": {"markdown": f"**An alarm is on?** {text}"}}


def states(alarms: Iterable[str]) -> Widget:
    """Which alarms are on."""
    arn = f"arn:${{AWS::Partition}}:cloudwatch:{REGION}:${{AWS::AccountId}}:alarm:"
    shown = {"title": "Alarms", "alarms": [arn + alarm_name(name) for name in alarms]}
    return {"type": "alarm", "width": WIDE, "height": 3, "properties": shown}


def alarm_name(name: str) -> str:
    """The alarm's name in CloudWatch, which begins with the stack's name."""
    return str(resources("AWS::CloudWatch::Alarm")[name]["AlarmName"]["Sub"])


def page_of(name: str) -> str:
    """The runbook that the alarm's description names."""
    description = str(resources("AWS::CloudWatch::Alarm")[name]["AlarmDescription"]["Sub"])
    return description.rpartition("/")[2].removesuffix(".md")


def _threshold(name: str) -> dict[str, Any]:
    """The alarm's own number, or the parameter that has it."""
    threshold = resources("AWS::CloudWatch::Alarm")[name]["Threshold"]
    value = f"<${{{threshold['Ref']}}}>" if isinstance(threshold, dict) else threshold
    return {"label": alarm_name(name).removeprefix(f"{STACK}-"), "value": value, "color": "#d62728"}


def with_numbers(text: str) -> str:
    """JSON in which references to numbers stand as such."""
    return _NUMBER.sub(r"\1", text)
