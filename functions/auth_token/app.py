"""POST /v1/auth/token."""

from cleave.dialects.hepsiglobal.endpoint import open_endpoint
from cleave.dialects.hepsiglobal.token import TokenRequest, render_token
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.domain.roles import Role
from cleave.entry.authorizer import readable
from cleave.entry.gateway import Call, Response
from cleave.entry.resources import table
from cleave.entry.tokens import LIFETIME, issue_token
from cleave.entry.wire import to_json
from cleave.store.credentials import verify_credential


@open_endpoint
def handler(call: Call) -> Response:
    """A Bearer token for a channel's client id and secret."""
    request = call.body(TokenRequest)
    credential = readable(lambda: verify_credential(table(), request.client_id, request.client_secret, call.at))
    if credential is None or credential.role is not Role.CHANNEL:
        raise Refusal(RefusalCode.CREDENTIALS_INVALID, "the client id or its secret is wrong")
    answer = render_token(issue_token(credential.key, call.at), LIFETIME)
    return Response(200, to_json(answer), {"Cache-Control": "no-store"})
