"""The endpoints of HepsiGlobal's dialect."""

from cleave.dialects.hepsiglobal import answers
from cleave.dialects.hepsiglobal.cancel_item import CancelItemRequest
from cleave.dialects.hepsiglobal.new_order import WireOrder
from cleave.dialects.hepsiglobal.order_cancel import CancelItem, CancelItems
from cleave.dialects.hepsiglobal.reports import ItemDelivery, ShipmentStatus
from cleave.dialects.hepsiglobal.token import TokenRequest
from cleave.dialects.trendyol.answers import EmptyObject
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode as Code

from cleave_cli.openapi import parameters
from cleave_cli.openapi.operation import Body, Operation, Ref, answering, taking

_H = Dialect.HEPSIGLOBAL
_ITEM = {
    "cancel_id": 1078354,
    "order_number": "10811190301",
    "cancel_quantity": 1,
    "order_item_number": "10811190301_SKU-TRAY-GREEN",
    "reason": "out_of_stock",
}
_CANCEL = (
    Code.REASON_UNKNOWN,
    Code.ORDER_NOT_FOUND,
    Code.ITEM_NOT_FOUND,
    Code.ITEM_AMBIGUOUS,
    Code.PACKAGE_STATUS,
    Code.QUANTITY_EXCEEDS_LEFT,
    Code.KEY_REUSED,
    Code.PACKAGE_BUSY,
)
_NEW_ORDER = {
    "order_number": "NMSAC3R37F2891PN-IO-1",
    "order_date": "2026-10-18T08:30:00+00:00",
    "currency": "USD",
    "customer": {"name": "Ada Example", "phone": "000", "email": "ada@example.com"},
    "order_items": [
        {
            "item_number": "NMSAC3R37F2891PN-IO-1_HBCV000057B1XL",
            "company_id": 20811,
            "sku": "HBCV000057B1XL",
            "product_name": "Tray",
            "quantity": 2,
            "unit_product_price": 12.5,
        }
    ],
}
_CREATED_ITEM = {"item_number": "NMSAC3R37F2891PN-IO-1_HBCV000057B1XL", "line_id": 3313330310553700, "quantity": 2}
_CREATED = {
    "data": {
        "order_number": "NMSAC3R37F2891PN-IO-1",
        "packages": [{"company_id": 20811, "package_id": 4077105541530541, "items": [_CREATED_ITEM]}],
    },
    "message": "the order is created",
}

_REPORT = (
    Code.PACKAGE_REPLACED,
    Code.STATUS_ORDER,
    Code.PACKAGE_WAITING,
    Code.PACKAGE_SPLITTING,
    Code.ITEM_AMBIGUOUS,
)
_NOTED = {"data": {}, "message": "the status of the shipment is noted"}

OPERATIONS = (
    Operation(
        "ReportShipment",
        _H,
        "Report a shipment's status.",
        takes=taking(ShipmentStatus, {"status": "shipped", "occurred_at": "2026-10-18T09:30:00+00:00"}),
        answer=answering(answers.Accepted, _NOTED),
        refusals=(*_REPORT, Code.PACKAGE_NOT_FOUND),
    ),
    Operation(
        "ReportDelivery",
        _H,
        "Report how many units of an item have been delivered by now.",
        takes=taking(ItemDelivery, {"status": "delivered", "quantity": 1, "delivered_at": "2026-10-18T09:30:00+00:00"}),
        answer=answering(answers.Accepted, {"data": {}, "message": "the delivery of the item is noted"}),
        refusals=(*_REPORT, Code.ORDER_NOT_FOUND, Code.ITEM_NOT_FOUND, Code.QUANTITY_EXCEEDS_LEFT),
    ),
    Operation(
        "AuthToken",
        _H,
        "Get a Bearer token for a channel's client id and secret.",
        takes=taking(
            TokenRequest,
            {"grant_type": "client_credentials", "client_id": "your client id", "client_secret": "your client secret"},
        ),
        answer=answering(
            answers.Token, {"access_token": "a JSON web token", "token_type": "Bearer", "expires_in": 3600}
        ),
        refusals=(Code.CREDENTIALS_INVALID,),
    ),
    Operation(
        "OrderCancel",
        _H,
        "Cancel units of one item for its seller, or of up to 40 items that are accepted or refused together.",
        takes=Body(
            {"anyOf": [Ref(CancelItem).schema, Ref(CancelItems).schema]},
            {"example": _ITEM, "several": {"cancel_items": [_ITEM, {**_ITEM, "cancel_id": 1078355}]}},
        ),
        answer=answering(EmptyObject, {}),
        refusals=_CANCEL,
    ),
    Operation(
        "CreateOrder",
        _H,
        "Create an order: a package for each company among its items.",
        takes=taking(WireOrder, _NEW_ORDER),
        answer=answering(answers.CreatedOrder, _CREATED),
        refusals=(Code.COMPANY_NOT_FOUND, Code.ORDER_EXISTS, Code.ORDER_DIFFERS),
    ),
    Operation(
        "CancelOrderItem",
        _H,
        "Cancel all units that an item has left, for its customer.",
        takes=taking(CancelItemRequest, {"reason": "customer_demand"}),
        answer=answering(answers.Accepted, {"data": {}, "message": "the cancel of the item is accepted"}),
        headers=parameters.CANCELLATION_ID,
        refusals=_CANCEL,
    ),
)
