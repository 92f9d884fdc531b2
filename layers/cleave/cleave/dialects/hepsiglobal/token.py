"""POST /v1/auth/token: client credentials for a Bearer token."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cleave.entry.values import as_text
from cleave.entry.wire import WireModel

type Word = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(as_text)]


class TokenRequest(WireModel):
    """OAuth 2.0's client credentials grant, in a JSON body."""

    grant_type: Literal["client_credentials"]
    client_id: Word
    client_secret: Word
