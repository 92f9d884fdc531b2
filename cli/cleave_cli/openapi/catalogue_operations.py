"""Endpoints for the marketplace's own staff, over all sellers and channels."""

from cleave.dialects import answers_operations as answers
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode as Code

from cleave_cli.openapi import examples_operations as shown
from cleave_cli.openapi import parameters
from cleave_cli.openapi.operation import Operation, answering

_H = Dialect.HEPSIGLOBAL  # its shape of errors

OPERATIONS = (
    Operation(
        "GetStatus",
        _H,
        "Get the gauges of due and given-up work, each with its alarm's threshold and its runbook.",
        answer=answering(answers.ToldStatus, shown.STATUS),
    ),
    Operation(
        "ListReceivers",
        _H,
        "List webhooks, queues and buses of all owners, the newest first; on each page, failing ones come first.",
        answer=answering(answers.ShownReceivers, shown.RECEIVERS),
        parameters=parameters.RECEIVERS,
        refusals=(Code.BODY_INVALID,),
    ),
    Operation(
        "FindOrder",
        _H,
        "Get an order over all its sellers: packages as a tree, where the units are, and the timeline, with ids in "
        "both dialects.",
        answer=answering(answers.WholeStory, shown.STORY),
        parameters=parameters.STORY,
        refusals=(Code.ORDER_NOT_FOUND, Code.BODY_INVALID),
    ),
    Operation(
        "ListPending",
        _H,
        "List cancellations and events that have waited for at least ten seconds, by order, the longest first; and "
        "the batches of records that the stream gave up.",
        answer=answering(answers.ShownPending, shown.PENDING),
        parameters=parameters.PENDING,
        refusals=(Code.BODY_INVALID,),
    ),
    Operation(
        "ProbeReceiver",
        _H,
        "Send a receiver its oldest waiting message now, even if its circuit is open. For operators.",
        answer=answering(answers.Probed, shown.PROBED),
        status=202,
        refusals=(Code.WEBHOOK_NOT_FOUND, Code.WEBHOOK_PASSIVE, Code.NOTHING_WAITS),
    ),
)
