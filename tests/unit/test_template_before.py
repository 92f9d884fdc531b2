"""The template was written anew: what CloudFormation gets of it is what it got before, but for what is named here.

``template_before.json`` was made of the template of commit 4b6395d: each resource with its type, and a digest of each of
its properties.
"""

import hashlib
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.support.processed import standard, without_digests

type Digests = dict[str, dict[str, str]]

# Resource and property, as patterns; why they are not as before.
CHANGED = {
    ("FunctionsThrottledAlarm", "*"): "one alarm for every function, instead of for seven",
    ("ApiDeployment", "Description"): "a digest of the API's document, of which only the order has changed",
}
NEW: dict[str, str] = {}
GONE: dict[str, str] = {}


def digests() -> Digests:
    """Of the template as it is now."""
    return {
        name: {"Type": resource["Type"]} | {key: digest(value) for key, value in resource.get("Properties", {}).items()}
        for name, resource in without_digests(standard()).items()
    }


def digest(value: Any) -> str:  # noqa: ANN401 - any property
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


BEFORE: Digests = json.loads(Path(__file__).with_name("template_before.json").read_text())


def differing() -> set[tuple[str, str]]:
    now = digests()
    return {
        (name, key)
        for name in BEFORE.keys() & now.keys()
        for key in BEFORE[name].keys() | now[name].keys()
        if BEFORE[name].get(key) != now[name].get(key)
    }


def named(table: Any, what: tuple[str, ...]) -> bool:  # noqa: ANN401 - keys of either table
    keys = [key if isinstance(key, tuple) else (key,) for key in table]
    return any(all(map(fnmatch, what, key)) for key in keys)


def test_no_property_is_another_than_before_but_those_that_are_named() -> None:
    assert sorted(each for each in differing() if not named(CHANGED, each)) == []


def test_no_resource_is_new_or_gone_but_those_that_are_named() -> None:
    now = digests().keys()
    assert sorted(name for name in now - BEFORE.keys() if not named(NEW, (name,))) == []
    assert sorted(name for name in BEFORE.keys() - now if not named(GONE, (name,))) == []


def test_everything_that_is_named_has_changed() -> None:
    assert [key for key in CHANGED if not any(named([key], each) for each in differing())] == []
    now = digests().keys()
    assert [key for key in NEW if not any(fnmatch(name, key) for name in now - BEFORE.keys())] == []
    assert [key for key in GONE if not any(fnmatch(name, key) for name in BEFORE.keys() - now)] == []
