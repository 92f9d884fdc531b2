"""Receivers' passwords and keys, encrypted by KMS so that only the delivery function's role can open them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Seals under the subscription's identity: a sealed secret moved to another subscription does not open."""

    client: "KMSClient"
    key_id: str

    def seal(self, secret: str, seller_id: int, subscription_id: str) -> bytes:
        """The ciphertext to store."""
        answer = self.client.encrypt(
            KeyId=self.key_id,
            Plaintext=secret.encode(),
            EncryptionContext=_context(seller_id, subscription_id),
        )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, seller_id: int, subscription_id: str) -> str:
        """The secret; raises botocore's ClientError if it was sealed for another subscription."""
        answer = self.client.decrypt(
            CiphertextBlob=sealed, KeyId=self.key_id, EncryptionContext=_context(seller_id, subscription_id)
        )
        return answer["Plaintext"].decode()


def _context(seller_id: int, subscription_id: str) -> dict[str, str]:
    return {"seller_id": str(seller_id), "subscription_id": subscription_id}
