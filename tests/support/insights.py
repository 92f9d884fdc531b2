"""As much of Logs Insights as our queries use: which log groups, which lines they find, which fields they name."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cleave.logs import Log

from tests.support.template import resources

# docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatchlogs_limits_cwl.html: of one query.
MOST_GROUPS = 50
_STEPS = re.compile(r"""(?:"[^"]*"|/[^/|\s][^/]*/|[^|])+""")
_CONDITION = re.compile(r"""(?P<name>[@\w.]+)\s+(?P<how>=|!=|in|like)\s+(?P<what>"[^"]*"|\[[^\]]*\]|/[^/]+/)""")
_LITERALS = re.compile(r""""[^"]*"|'[^']*'|(?<=like )/[^/]+/""")
_WORDS = {"fields", "filter", "stats", "sort", "limit", "by", "as", "in", "like", "and", "or", "not", "desc", "asc"}
# What Logs Insights finds by itself, and what the logger writes into every line.
_EVERY_LINE = {"@timestamp", "@message", "@log", "@type", "@duration", "@initDuration", "message", "level"}
_EVERY_LINE |= {"correlation_id", "exception", "exception_name"}


@dataclass(frozen=True)
class Query:
    """A saved query, or that of a widget; ``groups`` are logical ids of log groups."""

    name: str
    groups: tuple[str, ...]
    text: str

    @property
    def codes(self) -> set[str]:
        """Lines that it asks for by their code."""
        conditions = _CONDITION.finditer(self.text)
        return {
            code for each in conditions if each["name"] == "message" for code in re.findall(r'"([^"]+)"', each["what"])
        }

    @property
    def fields(self) -> set[str]:
        """Names that it takes for fields of a line."""
        text = _LITERALS.sub(" ", self.text)
        made = set(re.findall(r"\bas (\w+)", text))
        names = re.findall(r"@?[a-z_A-Z][\w.]*(?![\w.]*\()", re.sub(r"\bbin\([^)]*\)", " ", text))
        return {name.split(".")[0] for name in names} - _WORDS - made

    @property
    def strange(self) -> set[str]:
        """Fields that no line has that it asks for."""
        lines = [line for line in Log if line.code in self.codes] or list(Log)
        return self.fields - _EVERY_LINE - {field for line in lines for field in line.fields}

    def finds(self, line: str) -> bool:
        """Whether the line passes its filters."""
        document = _document(line)
        steps = [step.strip() for step in _STEPS.findall(self.text)]
        before = steps[: next((place for place, step in enumerate(steps) if step.startswith("stats")), len(steps))]
        return all(_passes(step.removeprefix("filter "), document) for step in before if step.startswith("filter "))


def saved() -> list[Query]:
    """The template's saved queries."""
    found = resources("AWS::Logs::QueryDefinition").values()
    return [
        Query(
            each["Name"]["Sub"].removeprefix("${AWS::StackName}/"),
            tuple(group["Ref"] for group in each["LogGroupNames"]),
            each["QueryString"],
        )
        for each in found
    ]


def query(name: str) -> Query:
    """A saved one by its name."""
    (found,) = [each for each in saved() if each.name == name]
    return found


def _document(line: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError:
        document = {}
    kind = line.split(" ", 1)[0]
    found = document if isinstance(document, dict) else {}
    return {**found, "@message": line, "@type": kind if kind in {"START", "END", "REPORT"} else None}


def _passes(condition: str, document: dict[str, Any]) -> bool:
    found = list(_CONDITION.finditer(condition))
    assert re.fullmatch(r"\s*(or\s*)*", _CONDITION.sub("", condition)), f"cannot be read: {condition}"
    return any(_holds(each["how"], each["what"], document.get(each["name"])) for each in found)


def _holds(how: str, what: str, value: Any) -> bool:  # noqa: ANN401 - of JSON
    texts = list(_texts(what))
    match how:
        case "=":
            return [value] == texts
        case "!=":
            return [value] != texts
        case "in":
            return value in texts
    return value is not None and any(re.search(text, str(value)) is not None for text in texts)


def _texts(what: str) -> Iterator[str]:
    """Of a text those that contain it, of a pattern itself."""
    if what.startswith("/"):
        yield what[1:-1]
    else:
        yield from re.findall(r'"([^"]*)"', what)
