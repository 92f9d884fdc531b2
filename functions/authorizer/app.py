"""API Gateway's Lambda authorizer, for every path that asks for one."""

from typing import Any

from cleave import clock
from cleave.entry.authorizer import allow_policy, authenticate, authorization_header
from cleave.entry.resources import table
from cleave.logs import Log, note
from cleave.metrics import Metric, count


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Allow a valid credential; API Gateway turns exactly this exception into its 401."""
    credential = authenticate(table(), authorization_header(event), clock.now())
    if credential is None:
        note(Log.CREDENTIAL_REFUSED, route=event.get("methodArn"))
        count(Metric.CREDENTIALS_REFUSED)
        raise RuntimeError("Unauthorized")
    return allow_policy(credential, event["methodArn"])
