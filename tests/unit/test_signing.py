"""Signatures, as the receivers' own libraries check them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
import svix
from cleave.domain.ids import cancel_id
from cleave.outbound.redaction import strike_out
from cleave.outbound.requests import Requests
from cleave.outbound.signing import key_of, signature_headers

from tests.support.stored import AT, subscription

OLD = f"whsec_{base64.b64encode(b'o' * 32).decode()}"
NEW = f"whsec_{base64.b64encode(b'n' * 32).decode()}"
BODY = '{"content":[{"price":12.30,"name":"Çanta"}]}'.encode()

VERIFIERS = [standardwebhooks.Webhook, svix.Webhook]


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_secrets_overlap_either_verifies(verifier: type[standardwebhooks.Webhook], secret: str) -> None:
    headers = signature_headers("20811-A-1", datetime.now(UTC), BODY, [NEW, OLD])
    verifier(secret).verify(BODY, headers)


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_another_body_secret_or_time_does_not_verify(verifier: type[standardwebhooks.Webhook]) -> None:
    now = datetime.now(UTC)
    headers = signature_headers("20811-A-1", now, BODY, [NEW])
    failures = (standardwebhooks.WebhookVerificationError, svix.WebhookVerificationError)
    with pytest.raises(failures):
        verifier(NEW).verify(BODY + b" ", headers)
    with pytest.raises(failures):
        verifier(OLD).verify(BODY, headers)
    with pytest.raises(failures):
        verifier(NEW).verify(BODY, {**headers, "webhook-id": "20811-A-2"})
    late = signature_headers("20811-A-1", now - timedelta(minutes=6), BODY, [NEW])
    with pytest.raises(failures):
        verifier(NEW).verify(BODY, late)


def test_a_cancel_id_is_stable_and_below_the_limit_of_json_numbers() -> None:
    ids = {cancel_id(seller, "ORDER", sequence, part) for seller in (1, 2) for sequence in range(50) for part in (0, 1)}
    assert len(ids) == 200
    assert all(0 < each < 2**53 for each in ids)
    assert cancel_id(1, "ORDER", 1, 0) == cancel_id(1, "ORDER", 1, 0)


class Opener:
    """Every sealed secret is one key."""

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        """As in ``cleave.outbound.requests``."""
        del sealed, owner, subscription_id
        return NEW


def test_the_bytes_of_a_key_are_a_secret_too() -> None:
    request = Requests(Opener()).trying(subscription(), "message", AT)
    printed = strike_out(f"expected a signature by {key_of(NEW).hex()}", request.secrets)
    assert printed == "expected a signature by ***"
