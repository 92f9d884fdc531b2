"""Prints what SAM makes of variants of the template, as JSON. Run by SAM's own Python: its translator is in no other.

python sam_transform.py TEMPLATE < VARIANTS, a JSON list; tests/support/processed.py says what a variant is.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import boto3
from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]  # SAM's own Python has it

sys.path.insert(0, str(Path(__file__).parents[2] / "cli"))
from cleave_cli.loops import without_loops

BUILT = ("CodeUri", "ContentUri")


def main() -> None:
    """One processed template for each variant, in their order."""
    logging.disable(logging.CRITICAL)
    text = Path(sys.argv[1]).read_text()
    json.dump([processed(yaml_parse(text), **variant) for variant in json.load(sys.stdin)], sys.stdout)


def processed(
    template: dict[str, Any],
    parameters: dict[str, str],
    builds: dict[str, str],
    edits: list[tuple[list[str], Any]],
    literal: bool,  # noqa: FBT001 - a member of the variant
    region: str,
) -> dict[str, Any]:
    """What CloudFormation gets."""
    for path, value in edits:
        edit(template, path, value)
    values = {name: str(each.get("Default", "")) for name, each in template["Parameters"].items()} | parameters
    written_out = without_loops(template)
    for name, resource in written_out["Resources"].items():
        for code in BUILT:
            if code in resource.get("Properties", {}):
                resource["Properties"][code] = f"s3://bucket/{builds.get(name, 'same')}"
    if literal:
        written_out["Resources"] = with_values(written_out["Resources"], values)
    os.environ["AWS_DEFAULT_REGION"] = region
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    made: dict[str, Any] = translator.translate(written_out, values)
    return made


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
