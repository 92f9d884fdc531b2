"""Receivers' passwords and keys and our signing secrets, encrypted by KMS: few roles can open them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# Opening costs a call to KMS, and a lane's messages come one after the other.
_OPENED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Seals under the subscription's identity: a sealed secret moved to another subscription does not open."""

    client: "KMSClient"
    key_id: str
    opened: dict[tuple[bytes, str, str], str] = field(default_factory=dict, repr=False)

    def seal(self, secret: str, owner: str, subscription_id: str) -> bytes:
        """The ciphertext to store."""
        answer = self.client.encrypt(
            KeyId=self.key_id,
            Plaintext=secret.encode(),
            EncryptionContext=_context(owner, subscription_id),
        )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, owner: str, subscription_id: str) -> str:
        """The secret; raises botocore's ClientError if it was sealed for another subscription."""
        known = self.opened.get((sealed, owner, subscription_id))
        if known is not None:
            return known
        answer = self.client.decrypt(
            CiphertextBlob=sealed, KeyId=self.key_id, EncryptionContext=_context(owner, subscription_id)
        )
        if len(self.opened) >= _OPENED_AT_ONCE:
            self.opened.clear()
        secret = answer["Plaintext"].decode()
        self.opened[sealed, owner, subscription_id] = secret
        return secret


def _context(owner: str, subscription_id: str) -> dict[str, str]:
    return {"owner": owner, "subscription_id": subscription_id}
