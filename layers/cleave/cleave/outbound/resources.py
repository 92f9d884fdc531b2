"""Resources of the functions that send messages, in addition to ``cleave.entry.resources``."""

import functools
import random
from datetime import timedelta

from cleave.application.split.due_work import Cleared, Worker
from cleave.application.split.quiet_period import QuietPeriod
from cleave.application.tell.attempt import Attempts
from cleave.application.tell.drain import Drain
from cleave.application.tell.probe import Probe
from cleave.domain.circuit import parse_policy
from cleave.entry.resources import client, settings, table, tracking_numbers
from cleave.outbound.connection import checked_pools
from cleave.outbound.destinations import DestinationSender
from cleave.outbound.queue import WakeHints, WakeQueue
from cleave.outbound.requests import Requests
from cleave.outbound.secrets import SecretBox
from cleave.outbound.target import TargetSender
from cleave.outbound.urls import TargetRules
from cleave.outbound.webhook import WebhookSender


@functools.cache
def secret_box() -> SecretBox:
    return SecretBox(client("kms"), settings().secrets_key_id)


@functools.cache
def _wake_queue() -> WakeQueue:
    return WakeQueue(client("sqs"), settings().delivery_queue_url)


@functools.cache
def wake_queue() -> WakeHints:
    """The queue by which a caller's request has deliveries sent and receivers probed."""
    return WakeHints(_wake_queue())


@functools.cache
def _cleared() -> Cleared:
    return Cleared()


def worker(seconds: float) -> Worker:
    """The worker for due work, for one invocation with this time limit."""
    milliseconds = timedelta(milliseconds=1)
    quiet = QuietPeriod(settings().split_quiet_ms * milliseconds, settings().split_longest_ms * milliseconds)
    return Worker(table(seconds), _wake_queue(), tracking_numbers(), quiet, _cleared())


@functools.cache
def webhook_sender() -> WebhookSender:
    pools = checked_pools(allow_local=settings().allow_local_webhooks)
    return WebhookSender(pools, secret_box(), old_names=settings().old_field_names)


@functools.cache
def requests() -> Requests:
    return Requests(secret_box(), settings().old_field_names)


@functools.cache
def destination_sender() -> DestinationSender:
    return DestinationSender(client, settings().old_field_names)


def sender() -> TargetSender:
    return TargetSender(webhook_sender(), destination_sender())


def target_rules() -> TargetRules:
    """The targets that this stage may send to."""
    return TargetRules(settings().allow_local_webhooks, destination_sender().reach)


def drain_and_probe(seconds: float) -> tuple[Drain, Probe]:
    """Sends waiting deliveries, for one invocation with this time limit."""
    of_invocation, send_wake = table(seconds), _wake_queue()
    policy = parse_policy(settings().retry_schedule)
    attempts = Attempts(of_invocation, sender(), send_wake, policy, random.random, destination_sender())
    return Drain(of_invocation, send_wake, attempts), Probe(of_invocation, send_wake, attempts)
