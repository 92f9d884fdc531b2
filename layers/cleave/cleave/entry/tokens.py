"""Bearer tokens: signed, short-lived, and only a reference to a credential, which is read again at each use."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt

from cleave.entry.resources import signing_secret

LIFETIME = timedelta(hours=1)
_ALGORITHM = "HS256"
_ISSUER = "cleave"


def issue_token(credential_key: str, at: datetime) -> str:
    """A token that names the credential until ``at`` + LIFETIME."""
    claims = {
        "iss": _ISSUER,
        "aud": _ISSUER,
        "sub": credential_key,
        "iat": at,
        "exp": at + LIFETIME,
        "jti": str(uuid4()),
    }
    return jwt.encode(claims, signing_secret(), algorithm=_ALGORITHM)


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """The credential that a token names; ``issued_at`` in whole seconds."""

    key: str
    issued_at: datetime


def token_subject(token: str) -> TokenSubject | None:
    """None for a token that is not ours, altered or expired."""
    required = ["exp", "iat", "sub", "jti"]
    try:
        claims = jwt.decode(
            token,
            signing_secret(),
            algorithms=[_ALGORITHM],
            audience=_ISSUER,
            issuer=_ISSUER,
            options={"require": required},
        )
    except (jwt.InvalidTokenError, ValueError):  # also one that is not even text
        return None
    return TokenSubject(str(claims["sub"]), datetime.fromtimestamp(claims["iat"], UTC))
