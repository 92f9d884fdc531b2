"""`sam deploy` of the template, unchanged, to the local engine."""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from cleave_cli import environment, paths
from cleave_cli.errors import ToolError
from cleave_cli.processes import last_lines, run_to_end

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

STACK_NAME = "cleave-local"
# The account of the engine: any bus or queue in it may be named by a subscription, as any receiver on this machine.
DESTINATIONS = ("arn:aws:sqs:*:000000000000:*", "arn:aws:events:*:000000000000:event-bus/*")
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Deployment:
    """The deployed stack and how to reach it."""

    endpoint: str
    outputs: dict[str, str]

    @property
    def base_url(self) -> str:
        """The API's URL, in the engine's path form, which distinguishes the APIs of one engine."""
        return f"{self.endpoint}/restapis/{self.outputs['ApiId']}/{self.outputs['ApiStage']}/_user_request_"

    @property
    def session(self) -> boto3.Session:
        """A session as the engine's root user; clients need `endpoint_url=endpoint`."""
        return engine_session()


def engine_session() -> boto3.Session:
    """Make a session with the engine's own credentials, so that the caller's are never used."""
    environment.reach_this_machine()
    return boto3.Session(
        aws_access_key_id=environment.ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment.ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=environment.REGION,
    )


def deploy(endpoint: str, log: Path) -> Deployment:
    """Deploy the last build; the output goes to the log."""
    command = [str(paths.SAM), "deploy", "--config-env", "local", "--parameter-overrides", *parameters()]
    if run_to_end(command, environment=environment.for_sam(endpoint), log=log) != 0:
        raise ToolError(f"sam deploy failed. The end of {log}:\n{last_lines(log)}")
    return Deployment(endpoint, read_outputs(endpoint))


def parameters() -> list[str]:
    """Return the parameters of a local stack: functions run, and receivers listen, on this very machine."""
    architecture = ARCHITECTURES[platform.machine().lower()]
    return [
        "Stage=local",
        f"Architecture={architecture}",
        "AllowLocalWebhooks=true",
        "DeletionProtection=false",
        "Console=true",
        f"EventDestinations={','.join(DESTINATIONS)}",
    ]


def read_outputs(endpoint: str) -> dict[str, str]:
    """Read the outputs of the local stack."""
    return stack_outputs(engine_session().client("cloudformation", endpoint_url=endpoint), STACK_NAME)


def stack_url(name: str) -> str:
    """The URL of the API of a stack on AWS."""
    return stack_outputs(boto3.client("cloudformation"), name)["ApiUrl"]


def read_stack(client: "CloudFormationClient", name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Read a stack's outputs and parameters."""
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return outputs, {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}


def stack_outputs(client: "CloudFormationClient", name: str) -> dict[str, str]:
    """Read a stack's outputs."""
    return read_stack(client, name)[0]
