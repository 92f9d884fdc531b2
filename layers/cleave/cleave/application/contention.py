"""Refusals of requests that others kept out."""

from cleave.domain.refusals import Refusal, RefusalCode


def contended_refusal() -> Refusal:
    """Other writers held the order for as long as we tried: the same request may be accepted a moment later."""
    return Refusal(RefusalCode.CONTENDED, "the order is being changed by others; repeat the request")


def busy_refusal() -> Refusal:
    """A service that we use takes no more requests for a moment, and has changed nothing."""
    return Refusal(RefusalCode.CONTENDED, "there are too many requests at this moment; repeat the request")
