"""POST /v1/auth/token: client credentials for a Bearer token."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from cleave.entry.values import as_text
from cleave.entry.wire import WireModel

if TYPE_CHECKING:
    from cleave.dialects.hepsiglobal.answers import Token

type Word = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(as_text)]


class TokenRequest(WireModel):
    """OAuth 2.0's client credentials grant, in a JSON body."""

    grant_type: Literal["client_credentials"]
    client_id: Word
    client_secret: Word


def render_token(token: str, lifetime: timedelta) -> "Token":
    """The answer in the form of OAuth 2.0."""
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime.total_seconds())}
