"""What the functions that tell subscribers share, beyond ``cleave.api.resources``."""

import functools

from cleave.api.resources import client, settings
from cleave.outbound.connection import checked_pools
from cleave.outbound.queue import DeliveryQueue
from cleave.outbound.secrets import SecretBox
from cleave.outbound.webhook import WebhookSender


@functools.cache
def secret_box() -> SecretBox:
    """Seals and opens receivers' secrets."""
    return SecretBox(client("kms"), settings().secrets_key_id)


@functools.cache
def delivery_queue() -> DeliveryQueue:
    """Where deliveries wait for their turn."""
    return DeliveryQueue(client("sqs"), settings().delivery_queue_url)


@functools.cache
def webhook_sender() -> WebhookSender:
    """Tells receivers."""
    return WebhookSender(checked_pools(allow_local=settings().allow_local_webhooks), secret_box())
