"""A client of ours meets each of botocore's handlers that one of botocore's own session would."""

import re
from typing import Any

import botocore.session
import pytest
from botocore import handlers
from cleave.entry.aws_session import session, session_for

from tests.support.template import ROOT

LAYER = (ROOT / "layers/dependencies/Makefile").read_text()
(SERVICES,) = (each.split() for each in re.findall(r"^SERVICES = (.+)$", LAYER, re.MULTILINE))
BUILTIN = [handler for _, handler, *_ in handlers.BUILTIN_HANDLERS]
KINDS = sorted({event.partition(".")[0] for event, *_ in handlers.BUILTIN_HANDLERS} - {"docs"})


def met(emitter: Any, event: str) -> list[Any]:  # noqa: ANN401 - botocore's emitters have no common type
    """Powertools adds its own to every session that is made after its import."""
    found = emitter._emitter._handlers.prefix_search(event)
    return [each for each in found if each in BUILTIN]


@pytest.mark.parametrize("service", SERVICES)
def test_every_handler_of_a_service_is_there(service: str) -> None:
    usual = botocore.session.get_session()
    model = usual.get_service_model(service)
    ours, theirs = (each.get_component("event_emitter") for each in (session_for(service), usual))
    called = model.service_id.hyphenize()
    names = [called, *(f"{called}.{operation}" for operation in model.operation_names)]
    for event in [f"{kind}.{name}" for kind in KINDS for name in names]:
        assert met(ours, event) == met(theirs, event), event


def test_what_nobody_meets_is_left_out() -> None:
    emitter = session().get_component("event_emitter")
    for event in ("docs.request-params.s3.PutObject.complete-section", "before-call.glacier.UploadArchive"):
        assert met(emitter, event) == met(emitter, "before-call") * event.startswith("before-call")


def test_handlers_of_a_service_are_met_once() -> None:
    first = met(session_for("s3").get_component("event_emitter"), "before-parameter-build.s3.PutObject")
    again = met(session_for("s3").get_component("event_emitter"), "before-parameter-build.s3.PutObject")
    assert again == first
    assert len(set(map(id, first))) == len(first)
