"""The collection of requests as a program like Postman reads it: variables, credentials, what is kept of answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_SCRIPT = re.compile(r'if \(pm\.response\.code < 300 && (.+)\) pm\.collectionVariables\.set\("(\w+)", \1\);')
_HEADER = re.compile(r'pm\.response\.headers\.get\("([\w-]+)"\)')


@dataclass(frozen=True)
class Collected:
    """One request of a folder."""

    folder: str
    item: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.item["name"])

    @property
    def method(self) -> str:
        return str(self.item["request"]["method"])

    @property
    def path(self) -> str:
        return str(self.item["request"]["url"]["raw"]).removeprefix("{{baseUrl}}")


def collected(collection: Mapping[str, Any]) -> Iterator[Collected]:
    """All requests, in order."""
    for folder in collection["item"]:
        yield from (Collected(folder["name"], item) for item in folder["item"])


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Raises KeyError for a variable that nobody set."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: variables[found[1]], text)


def send(http: httpx.Client, request: Mapping[str, Any], variables: Mapping[str, str]) -> httpx.Response:
    """What is disabled is left out."""
    headers = {each["key"]: filled(each["value"], variables) for each in request["header"] if not each.get("disabled")}
    content = filled(request["body"]["raw"], variables) if "body" in request else None
    if content is not None:
        headers["Content-Type"] = f"application/{request['body']['options']['raw']['language']}"
    auth = {each["key"]: filled(each["value"], variables) for each in request["auth"].get(request["auth"]["type"], [])}
    if "token" in auth:
        headers["Authorization"] = f"Bearer {auth['token']}"
    basic = (auth["username"], auth["password"]) if "username" in auth else None
    url = filled(request["url"]["raw"], variables)
    return http.request(request["method"], url, headers=headers, content=content, auth=basic)


def kept(item: Mapping[str, Any], answer: httpx.Response) -> dict[str, str]:
    """What the request's script keeps of its answer."""
    lines = [line for event in item.get("event", []) for line in event["script"]["exec"]]
    scripts = [(found[2], found[1]) for line in lines if (found := _SCRIPT.fullmatch(line))]
    assert len(scripts) == len(lines), lines
    values = {name: _value(place, answer) for name, place in scripts} if answer.is_success else {}
    return {name: value for name, value in values.items() if value}


def _value(place: str, answer: httpx.Response) -> str:
    """Empty for what is not there."""
    header = _HEADER.fullmatch(place)
    if header:
        return str(answer.headers.get(header[1], ""))
    value: Any = answer.json()
    for name in re.findall(r"\w+", place.removeprefix("pm.response.json()")):
        if value == []:
            return ""
        value = value[int(name)] if name.isdigit() else value[name]
    return str(value)
