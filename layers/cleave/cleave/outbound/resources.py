"""What the functions that tell subscribers share, beyond ``cleave.api.resources``."""

import functools
import random

from cleave.api.resources import client, settings, table
from cleave.application.attempt import Attempts
from cleave.application.drain import Drainer
from cleave.domain.circuit import parse_policy
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
    """By which drains are asked for."""
    return DeliveryQueue(client("sqs"), settings().delivery_queue_url)


@functools.cache
def webhook_sender() -> WebhookSender:
    """Tells receivers."""
    return WebhookSender(checked_pools(allow_local=settings().allow_local_webhooks), secret_box())


def drainer(seconds: float) -> Drainer:
    """Delivers what waits, for one invocation that may work so long."""
    policy = parse_policy(settings().retry_schedule)
    of_invocation = table(seconds)
    attempts = Attempts(of_invocation, webhook_sender(), delivery_queue(), policy, random.random)
    return Drainer(of_invocation, delivery_queue(), attempts)
