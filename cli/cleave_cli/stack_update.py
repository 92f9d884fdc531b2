"""Changes only parameters of a deployed stack.

`--use-previous-template` would not do: what CloudFormation keeps has the last deployment's values of parameters in it,
because of AWS::LanguageExtensions. So the submitted template is submitted again, from the bucket that holds the stack's
code.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cleave_cli.errors import CleaveError

_CAPABILITIES: Any = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_BUCKET = re.compile(r"\bs3://([a-z0-9.-]+)/")
_NOTHING = "No updates are to be performed"


def begin_update(session: boto3.Session, endpoint: str | None, stack: str, chosen: Mapping[str, str]) -> bool:
    """Start it; all other parameters stay as they are. False if it changes nothing. Raises CleaveError."""
    client = session.client("cloudformation", endpoint_url=endpoint)
    (described,) = client.describe_stacks(StackName=stack)["Stacks"]
    names = [each["ParameterKey"] for each in described["Parameters"]]
    if not chosen.keys() <= {*names}:
        raise CleaveError("The deployed template has no such parameters yet: deploy this version first.")
    kept: list[Any] = [{"ParameterKey": each, "UsePreviousValue": True} for each in names if each not in chosen]
    new: list[Any] = [{"ParameterKey": each, "ParameterValue": value} for each, value in chosen.items()]
    url = _submitted(session, endpoint, stack)
    try:
        client.update_stack(StackName=stack, TemplateURL=url, Parameters=[*kept, *new], Capabilities=_CAPABILITIES)
    except ClientError as error:
        if _NOTHING in str(error):
            return False
        raise
    return True


def update(session: boto3.Session, endpoint: str | None, stack: str, chosen: Mapping[str, str]) -> None:
    """The same, and wait until it is done. Raises CleaveError if CloudFormation rolls it back."""
    if not begin_update(session, endpoint, stack, chosen):
        return
    client = session.client("cloudformation", endpoint_url=endpoint)
    client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 2, "MaxAttempts": 900})


def _submitted(session: boto3.Session, endpoint: str | None, stack: str) -> str:
    """The URL of the template as it was submitted."""
    client = session.client("cloudformation", endpoint_url=endpoint)
    body: Any = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    text = body if isinstance(body, str) else json.dumps(body)
    found = _BUCKET.search(text)
    if found is None:
        raise CleaveError(f"The code of {stack} is in no bucket: was it deployed by sam?")
    bucket, key = found[1], f"cleave/{hashlib.sha256(text.encode()).hexdigest()}.template"
    session.client("s3", endpoint_url=endpoint).put_object(Bucket=bucket, Key=key, Body=text.encode())
    return f"https://s3.{session.region_name}.amazonaws.com/{bucket}/{key}"
