"""Webhooks, in either dialect."""

from dataclasses import replace

from cleave.dialects import answers_webhooks as answers
from cleave.dialects.deliveries import ReplayRequest
from cleave.dialects.hepsiglobal.webhooks import ChannelWebhookRequest
from cleave.dialects.trendyol.webhooks import WebhookRequest
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode as Code

from cleave_cli.openapi import examples as shown
from cleave_cli.openapi import parameters
from cleave_cli.openapi.both import both, of_channel
from cleave_cli.openapi.operation import Body, Operation, answering, answering_list, taking

_T, _H = Dialect.TRENDYOL, Dialect.HEPSIGLOBAL
_DONE = Body({"const": "200 OK"}, {"example": "200 OK"}, "text/plain")
_ASKED = {
    "url": "https://hooks.example.com/cleave",
    "authenticationType": "API_KEY",
    "apiKey": "what-you-expect-of-us",
    "subscribedStatuses": ["CREATED", "CANCELLED"],
}
_ASKED_BY_CHANNEL = {
    "base_url": "https://market.example.com/api",
    "token": "what-you-expect-of-us",
    "seller_ids": [20811],
}
_FIND = (Code.WEBHOOK_NOT_FOUND,)
_REPLAY = taking(ReplayRequest, {"since": 1792314000000}, order={"orderNumber": "10811190301"})
_REST = {"hasMore": True, "nextCursor": "c2lnbmVkLCBhbmQgb25seSBmb3IgdGhlc2UgZmlsdGVycw"}


_GET = Operation(
    "GetWebhook", _T, "Get one webhook, with the times and reasons of its changes of status.", refusals=_FIND
)

OPERATIONS = (
    Operation(
        "CreateWebhook",
        _T,
        "Create a webhook for messages about the seller's packages. The signing secret is shown here only.",
        takes=taking(WebhookRequest, _ASKED),
        answer=answering(answers.MadeWebhook, shown.MADE),
        refusals=(Code.WEBHOOK_URL_INVALID, Code.WEBHOOK_LIMIT),
    ),
    Operation(
        "ListWebhooks",
        _T,
        "List the seller's webhooks.",
        answer=answering_list(answers.SellerWebhook, [shown.SELLERS], answers.UnreadableWebhook),
    ),
    Operation(
        "UpdateWebhook",
        _T,
        "Change a webhook's URL, statuses and credentials.",
        takes=taking(WebhookRequest, _ASKED),
        answer=_DONE,
        refusals=(Code.WEBHOOK_URL_INVALID, Code.WEBHOOK_NOT_FOUND),
    ),
    Operation(
        "CreateChannelWebhook",
        _H,
        "Create a webhook for messages about sellers' cancels. The signing secret is shown here only.",
        takes=taking(ChannelWebhookRequest, _ASKED_BY_CHANNEL),
        answer=answering(answers.MadeChannelWebhook, shown.CHANNEL_MADE),
        status=201,
        refusals=(Code.WEBHOOK_URL_INVALID, Code.WEBHOOK_LIMIT, Code.SELLER_NOT_FOUND),
    ),
    of_channel(
        Operation(
            "ListChannelWebhooks",
            _H,
            "List the channel's webhooks.",
            answer=answering_list(answers.ChannelWebhook, [shown.CHANNELS], answers.UnreadableWebhook),
        )
    ),
    replace(_GET, answer=answering(answers.SellerWebhookWithChanges, {**shown.SELLERS, "statusChanges": []})),
    of_channel(
        replace(_GET, answer=answering(answers.ChannelWebhookWithChanges, {**shown.CHANNELS, "statusChanges": []}))
    ),
    *both(
        Operation(
            "DeleteWebhook", _T, "Delete a webhook; waiting deliveries are never sent.", answer=_DONE, refusals=_FIND
        )
    ),
    *both(
        Operation(
            "ActivateWebhook", _T, "Turn a webhook on, and send its waiting deliveries.", answer=_DONE, refusals=_FIND
        )
    ),
    *both(Operation("DeactivateWebhook", _T, "Turn a webhook off.", answer=_DONE, refusals=_FIND)),
    *both(
        Operation(
            "RotateWebhookSecret",
            _T,
            "Make a new signing secret, shown here only; the old one is valid beside it for a day.",
            answer=answering(answers.NewSecret, shown.NEW_SECRET),
            refusals=(*_FIND, Code.WEBHOOK_ROTATED),
        )
    ),
    *both(
        Operation(
            "PingWebhook",
            _T,
            "Test a webhook: send a signed request without content now, and return the receiver's answer.",
            answer=answering(answers.Pinged, {"ok": True, "status": 200, "error": None, "latencyMs": 31}),
            refusals=_FIND,
        )
    ),
    *both(
        Operation(
            "ListDeliveries",
            _T,
            "List deliveries, oldest first: delivered, waiting or exhausted.",
            answer=answering(answers.ListedDeliveries, {"content": [shown.DELIVERY], **_REST}),
            parameters=parameters.DELIVERIES,
            refusals=(*_FIND, Code.BODY_INVALID),
        )
    ),
    *both(
        Operation(
            "GetDelivery",
            _T,
            "Get one delivery with its attempts, and the message itself as it would be sent now.",
            answer=answering(
                answers.DeliveryWithMessage,
                shown.DELIVERY_WITH_ATTEMPTS,
                answers.UnreadableDelivery,
                withMessage=shown.DELIVERY_WITH_MESSAGE,
            ),
            parameters=(parameters.MESSAGE,),
            refusals=(*_FIND, Code.DELIVERY_NOT_FOUND, Code.BODY_INVALID),
        )
    ),
    *both(
        Operation(
            "ResendDelivery",
            _T,
            "Send a delivery again, with the same id and number.",
            answer=answering(answers.Resent, {"resent": 1}),
            status=202,
            refusals=(*_FIND, Code.DELIVERY_NOT_FOUND),
        )
    ),
    *both(
        Operation(
            "ReplayDeliveries",
            _T,
            "Send all deliveries since a time, or of one order, again; a hundred at a time.",
            takes=_REPLAY,
            answer=answering(answers.Replayed, {"resent": 100, **_REST}),
            status=202,
            refusals=_FIND,
        )
    ),
)
