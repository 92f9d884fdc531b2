"""Prints what SAM makes of variants of the template, as JSON. Run by SAM's own Python: its translator is in no other.

python sam_transform.py TEMPLATE < VARIANTS, a JSON list; tests/support/processed.py says what a variant is.
"""

import json
import logging
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]  # SAM's own Python has it

sys.path.insert(0, str(Path(__file__).parents[2] / "cli"))
from cleave_cli.loops import without_loops

BUILT = ("CodeUri", "ContentUri")


type Template = dict[str, Any]


def main() -> None:
    """One processed template for each variant, in their order."""
    logging.disable(logging.CRITICAL)
    template = json.dumps(yaml_parse(Path(sys.argv[1]).read_text()))  # text: aliases are one object, and SAM changes it
    json.dump([processed(json.loads(template), variant) for variant in json.load(sys.stdin)], sys.stdout)


def processed(template: Template, variant: dict[str, Any]) -> Template:
    """What CloudFormation gets."""
    change(template, variant)
    values = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()}
    values |= variant["parameters"]
    written_out = without_loops(template)
    build(written_out["Resources"], variant["builds"])
    if variant["literal"]:
        written_out["Resources"] = with_values(written_out["Resources"], values)
    os.environ["AWS_DEFAULT_REGION"] = variant["region"]
    translator = Translator({}, Parser(), boto_session=session(variant["region"]))
    made: Template = translator.translate(written_out, values)
    return made


def change(template: Template, variant: dict[str, Any]) -> None:
    """What the variant has otherwise than the template."""
    if variant["routes_of"] is not None:
        for name, resource in template["Resources"].items():
            if name not in variant["routes_of"]:
                drop_routes(resource)
    for path, value in variant["edits"]:
        edit(template, path, value)


def build(resources: Template, builds: dict[str, str]) -> None:
    """Code as `sam package` leaves it: somewhere in S3, by what it is made of."""
    for name, resource in resources.items():
        for code in BUILT:
            if code in resource.get("Properties", {}):
                resource["Properties"][code] = f"s3://bucket/{builds.get(name, 'same')}"


@cache
def session(region: str) -> boto3.Session:
    """Asked for nothing but the region."""
    return boto3.Session(region_name=region)


def drop_routes(resource: Any) -> None:  # noqa: ANN401 - a resource or a loop
    """Without those of its events that are paths."""
    events = resource.get("Properties", {}).get("Events", {}) if isinstance(resource, dict) else {}
    for name in [name for name, event in events.items() if event["Type"] == "Api"]:
        del events[name]


def edit(template: dict[str, Any], path: list[str], value: object) -> None:
    """Put ``value`` at the path; None removes what is there."""
    *way, last = path
    place = template
    for step in way:
        place = place.setdefault(step, {})
    if value is None:
        place.pop(last)
    else:
        place[last] = value


def with_values(node: Any, values: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a template
    """Parameters replaced by their values, as AWS::LanguageExtensions does on AWS before SAM sees the template."""
    match node:
        case {"Ref": name} if name in values:
            return values[name]
        case dict():
            return {key: with_values(each, values) for key, each in node.items()}
        case list():
            return [with_values(each, values) for each in node]
    return node


if __name__ == "__main__":
    main()
