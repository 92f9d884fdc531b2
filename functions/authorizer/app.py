"""API Gateway's Lambda authorizer, for every path that asks for one."""

from typing import Any

from cleave import clock
from cleave.entry.authorizer import allow_policy, authenticate, authorization_header, deny_policy
from cleave.entry.resources import settings, table
from cleave.logs import Log, note
from cleave.metrics import Metric, count


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Allow a valid credential, deny any other: API Gateway answers that with 401, as the template says."""
    credential = authenticate(table(), authorization_header(event), clock.now())
    if credential is None:
        note(Log.CREDENTIAL_REFUSED, route=event.get("methodArn"))
        count(Metric.CREDENTIALS_REFUSED)
        return deny_policy(event["methodArn"])
    return allow_policy(credential, event["methodArn"], settings().shared_key)
