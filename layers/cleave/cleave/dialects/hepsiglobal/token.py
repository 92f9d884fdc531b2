"""POST /v1/auth/token: client credentials for a Bearer token."""

from typing import Annotated, Literal

from pydantic import Field

from cleave.entry.wire import WireModel


class TokenRequest(WireModel):
    """OAuth 2.0's client credentials grant, in a JSON body."""

    grant_type: Literal["client_credentials"]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    client_secret: Annotated[str, Field(min_length=1, max_length=200)]
