"""Turns an Authorization header into the caller's principal."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cleave.entry.tokens import token_subject
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.store.credentials import Credential, read_credential, verify_credential
from cleave.store.formats import Unreadable
from cleave.table.table import Table

# A credential's key becomes a key of the table, and DynamoDB fails above 2 KB.
_MAX_KEY_LENGTH = 200


def authenticate(table: Table, authorization: str, at: datetime) -> Credential | None:
    """The credential for ``Basic key:secret`` or ``Bearer token``; None if it is not valid."""
    scheme, _, value = authorization.partition(" ")
    match scheme.lower():
        case "basic":
            return readable(lambda: _basic(table, value.strip(), at))
        case "bearer":
            return readable(lambda: _bearer(table, value.strip()))
        case _:
            return None


def readable(find: Callable[[], Credential | None]) -> Credential | None:
    """The credential, if it exists and is readable; a caller without the secret does not learn that a damaged one
    exists."""
    try:
        return find()
    except Unreadable as damaged:
        note(Log.ITEM_UNREADABLE, item=str(damaged))
        count(Metric.ITEMS_FAILED)
        return None


def _basic(table: Table, encoded: str, at: datetime) -> Credential | None:
    try:
        key, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # not base64, not UTF-8, or not even ASCII
        return None
    return verify_credential(table, key, secret, at) if colon and 0 < len(key) <= _MAX_KEY_LENGTH else None


def _bearer(table: Table, token: str) -> Credential | None:
    subject = token_subject(token)
    credential = None if subject is None else read_credential(table, subject.key)
    if subject is None or credential is None:
        return None
    since = credential.tokens_since
    # A token holds only the second of its issue, so a token of the same second may be an older one.
    return None if since and subject.issued_at <= since else credential


def allow_policy(credential: Credential, method_arn: str, shared_key: str) -> dict[str, Any]:
    """API Gateway's policy for a valid credential.

    The function of a path decides, by role and seller, what the credential may do there.
    """
    return {
        "principalId": credential.key,
        # API Gateway counts calls by this key, under its usage plan.
        "usageIdentifierKey": credential.key if credential.has_limits else shared_key,
        "policyDocument": _policy("Allow", method_arn),
        "context": {
            "credential": credential.key,
            "role": credential.role.value,
            "sellers": " ".join(str(seller) for seller in sorted(credential.sellers)),
            "storefronts": " ".join(sorted(credential.storefronts)),
        },
    }


def deny_policy(method_arn: str) -> dict[str, Any]:
    """API Gateway's policy for an invalid credential.

    API Gateway caches this answer, but no exception, so repeating a wrong credential costs nothing.
    """
    return {"principalId": "nobody", "policyDocument": _policy("Deny", method_arn)}


def _policy(effect: str, method_arn: str) -> dict[str, Any]:
    """It is for the whole stage, because API Gateway caches it for all paths that are called with the same header."""
    stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def authorization_header(event: Mapping[str, Any]) -> str:
    """The header's value in any letter case of its name; empty if it is absent."""
    headers = event.get("headers") or {}
    return next((value for name, value in headers.items() if name.lower() == "authorization"), "") or ""
