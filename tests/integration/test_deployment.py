"""What SAM makes of the template: everybody calls an alias, and each change of the shared code moves it."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from cleave_cli.paths import ROOT, SAM

from tests.support.template import resources

LIMIT = 500  # of CloudFormation, resources in a stack
SPARE = 60  # for what is yet to come: about ten functions
FUNCTIONS = resources("AWS::Serverless::Function")


@cache
def transformed(layer: str, *parameters: str) -> dict[str, Any]:
    script = ROOT / "tests/support/sam_transform.py"
    command: list[str | Path] = [SAM.parent / "python", script, ROOT / "template.yaml", layer, *parameters]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - ours
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def of_type(made: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in made.items() if resource["Type"] == kind}


def test_every_function_has_an_alias_and_there_is_room_for_more() -> None:
    made = transformed("one", "Stage=prod", "GradualDeployment=true")
    assert {name.removesuffix("Aliaslive") for name in of_type(made, "AWS::Lambda::Alias")} == set(FUNCTIONS)
    assert len(of_type(made, "AWS::CodeDeploy::DeploymentGroup")) == len(FUNCTIONS)
    assert len(made) <= LIMIT - SPARE


def test_by_default_nothing_is_shifted_bit_by_bit() -> None:
    assert not [each["Type"] for each in transformed("one").values() if "CodeDeploy" in each["Type"]]


def test_a_change_of_the_shared_layer_publishes_a_version_of_every_function() -> None:
    before, after = (set(of_type(transformed(layer), "AWS::Lambda::Version")) for layer in ("one", "two"))
    assert len(before) == len(after) == len(FUNCTIONS)
    assert not before & after


def test_nobody_calls_a_function_past_its_alias() -> None:
    made = transformed("one")
    called = [
        *(each["Properties"]["FunctionName"] for each in of_type(made, "AWS::Lambda::Permission").values()),
        *(each["Properties"]["FunctionName"] for each in of_type(made, "AWS::Lambda::EventSourceMapping").values()),
        *(
            target["Arn"]
            for rule in of_type(made, "AWS::Events::Rule").values()
            for target in rule["Properties"]["Targets"]
        ),
    ]
    assert called
    assert not [each for each in called if not str(each.get("Ref", "")).endswith("Aliaslive")]
    (api,) = of_type(made, "AWS::ApiGateway::RestApi").values()
    body = json.dumps(api["Properties"]["Body"])
    assert "FunctionAliaslive" in body
    assert not [name for name in FUNCTIONS if f"${{{name}.Arn}}" in body]
