"""The endpoints of Trendyol's dialect."""

from cleave.dialects.trendyol import answers
from cleave.dialects.trendyol.cancel import CancelRequest
from cleave.dialects.trendyol.exported import WirePackage
from cleave.dialects.trendyol.legacy import LegacyCancelRequest
from cleave.dialects.trendyol.reports import AlternativeDelivery, StatusRequest
from cleave.dialects.trendyol.split import MultiSplit, QuantitySplit, SplitLines, SplitPackages
from cleave.dialects.trendyol.tracking import LegacyTrackingRequest, TrackingRequest
from cleave.dialects.trendyol.update import UpdateRequest
from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode as Code

from cleave_cli.openapi import parameters
from cleave_cli.openapi.examples import PACKAGE_PAGE, PACKAGE_STEP, sample_orders
from cleave_cli.openapi.operation import Body, Operation, Ref, answering, taking

_T = Dialect.TRENDYOL
_PACKAGE = (Code.PACKAGE_NOT_FOUND, Code.PACKAGE_REPLACED)
_CANCEL = (
    *_PACKAGE,
    Code.PACKAGE_STATUS,
    Code.PACKAGE_SPLITTING,
    Code.PACKAGE_BUSY,
    Code.LINE_NOT_FOUND,
    Code.QUANTITY_EXCEEDS_LEFT,
    Code.REASON_UNKNOWN,
    Code.REASON_NOT_IN_STOREFRONT,
    Code.KEY_REUSED,
)
_STATUS = (*_PACKAGE, Code.STATUS_ORDER, Code.INVOICE_DIFFERS, Code.LINE_NOT_FOUND, Code.QUANTITY_EXCEEDS_LEFT)
_TRACKING = (*_PACKAGE, Code.TRACKING_STATUS)
_SPLIT = (
    *_PACKAGE,
    Code.PACKAGE_STATUS,
    Code.PACKAGE_SPLITTING,
    Code.PACKAGE_WAITING,
    Code.LINE_NOT_FOUND,
    Code.QUANTITY_EXCEEDS_LEFT,
)
_REPORT = (*_PACKAGE, Code.STATUS_ORDER, Code.PACKAGE_WAITING, Code.PACKAGE_SPLITTING)
_OK = Body({"const": "200 OK"}, {"example": "200 OK"})
_CANCEL_TRAYS = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
_CANCEL_KEEPING = {**_CANCEL_TRAYS, "shouldKeepPreviousStatus": True}
_EMPTY = answering(answers.EmptyObject, {})
_CANCELS = (parameters.IDEMPOTENCY_KEY,)
_IMPORTED = Body(
    {
        "anyOf": [
            {"type": "object", "properties": {"content": _MANY}, "required": ["content"]}
            for _MANY in [{"type": "array", "items": Ref(WirePackage).schema, "minItems": 1, "maxItems": 200}]
        ]
        + [{"type": "array", "items": Ref(WirePackage).schema, "minItems": 1, "maxItems": 200}, Ref(WirePackage).schema]
    },
    {"example": sample_orders()},
)
_UNSUPPLIED = {"type": "object", "properties": {"status": {"const": "UnSupplied"}}, "required": ["status"]}
_LEGACY_UPDATE = Body(
    {"anyOf": [Ref(UpdateRequest).schema, {"allOf": [Ref(LegacyCancelRequest).schema, _UNSUPPLIED]}]},
    {
        "example": {"status": "UnSupplied", "lines": [{"lineId": 4765081101, "quantity": 1}], "params": {}},
        "a status": {"status": "Picking", "lines": [{"lineId": 4765081101, "quantity": 3}], "params": {}},
    },
)
_PICKING = {"status": "Picking", "lines": [{"lineId": 4765081101, "quantity": 3}], "params": {}}
_INVOICED = {"status": "Invoiced", "params": {"invoiceNumber": "EME2026000000001"}}
_NEW_IDS = [4077105541530541]


OPERATIONS = (
    Operation(
        "ImportOrders",
        _T,
        "Load packages as getShipmentPackages shows them, new or moved on: a page, a list or one package.",
        takes=_IMPORTED,
        answer=answering(answers.Imported, {"imported": [3330811901, 3330811902], "unchanged": []}),
        refusals=(
            Code.PACKAGE_REPLACED,
            Code.PACKAGE_DIFFERS,
            Code.UNITS_DIFFER,
            Code.STATUS_ORDER,
            Code.PACKAGE_WAITING,
            Code.PACKAGE_SPLITTING,
        ),
    ),
    Operation(
        "GetShipmentPackages",
        _T,
        "List the seller's packages, page by page.",
        answer=answering(answers.PackagePage, PACKAGE_PAGE),
        parameters=parameters.LISTING,
        refusals=(Code.BODY_INVALID,),
    ),
    Operation(
        "GetShipmentPackagesStream",
        _T,
        "Walk over the seller's packages, step by step, last modified first.",
        answer=answering(answers.PackageStep, PACKAGE_STEP),
        parameters=parameters.WALK,
        refusals=(Code.BODY_INVALID,),
    ),
    Operation(
        "CancelPackage",
        _T,
        "Cancel some or all units of a package; the split follows. An empty 200 says that it is stored.",
        takes=taking(CancelRequest, _CANCEL_TRAYS, keeping=_CANCEL_KEEPING),
        parameters=_CANCELS,
        headers=parameters.CANCELLATION_ID,
        refusals=_CANCEL,
    ),
    Operation(
        "LegacyCancelPackage",
        _T,
        "Cancel units of a package on the older path, which answers JSON.",
        takes=taking(CancelRequest, _CANCEL_TRAYS),
        answer=_EMPTY,
        parameters=_CANCELS,
        headers=parameters.CANCELLATION_ID,
        refusals=_CANCEL,
    ),
    Operation(
        "LegacyUpdatePackage",
        _T,
        "Notify a status, or cancel without a reason (it counts as 500), on the older path.",
        takes=_LEGACY_UPDATE,
        answer=_EMPTY,
        parameters=_CANCELS,
        headers=parameters.CANCELLATION_ID,
        refusals=tuple(dict.fromkeys((*_CANCEL, *_STATUS))),
    ),
    Operation(
        "UpdatePackage",
        _T,
        "Notify that the package is picked, or invoiced.",
        takes=taking(UpdateRequest, _PICKING, invoiced=_INVOICED),
        refusals=_STATUS,
    ),
    Operation(
        "UpdateTracking",
        _T,
        "Feed the seller's own carrier and its number, from Picking until the carrier has the package.",
        takes=taking(TrackingRequest, {"cargoSenderNumber": "7340447182689", "providerCode": "DHLMP"}),
        refusals=(*_TRACKING, Code.PROVIDER_UNKNOWN),
    ),
    Operation(
        "LegacyUpdateTracking",
        _T,
        "Feed the number alone, on the older path.",
        takes=taking(LegacyTrackingRequest, {"trackingNumber": "7340447182689"}),
        answer=_EMPTY,
        refusals=_TRACKING,
    ),
    Operation(
        "ReportStatus",
        _T,
        "Report a carrier's status of a package, or of lines of it; for channels and operators.",
        takes=taking(StatusRequest, {"status": "Shipped", "lines": [], "params": {}}),
        answer=_OK,
        refusals=(*_REPORT, Code.LINE_NOT_FOUND, Code.QUANTITY_EXCEEDS_LEFT),
    ),
    Operation(
        "AlternativeDelivery",
        _T,
        "Report that the seller delivers the package itself and is on the way.",
        takes=taking(AlternativeDelivery, {"isPhoneNumber": True, "trackingInfo": "5550000000", "deci": 2}),
        answer=_OK,
        refusals=_REPORT,
    ),
    Operation(
        "ManualDeliver",
        _T,
        "Report that the seller has delivered a package itself.",
        answer=_OK,
        refusals=(*_REPORT, Code.NOT_DELIVERED_BY_SELLER),
    ),
    Operation(
        "ManualReturn",
        _T,
        "Report that a package that the seller delivers itself has come back.",
        answer=_OK,
        refusals=(*_REPORT, Code.NOT_DELIVERED_BY_SELLER),
    ),
    Operation(
        "SplitPackage",
        _T,
        "Move some lines of a package into a package of their own.",
        takes=taking(SplitLines, {"orderLineIds": [4765081101]}),
        answer=answering(answers.NewPackage, {"newPackageId": _NEW_IDS[0]}),
        refusals=_SPLIT,
    ),
    Operation(
        "MultiSplit",
        _T,
        "Divide a package into groups of lines.",
        takes=taking(MultiSplit, {"splitGroups": [{"orderLineIds": [4765081101]}]}),
        answer=answering(answers.NewPackageResults, {"results": [{"newPackageId": _NEW_IDS[0]}]}),
        refusals=_SPLIT,
    ),
    Operation(
        "QuantitySplit",
        _T,
        "Divide lines of a package by quantities.",
        takes=taking(QuantitySplit, {"quantitySplit": [{"orderLineId": 4765081101, "quantities": [2]}]}),
        answer=answering(answers.NewPackages, {"newPackageIds": _NEW_IDS}),
        refusals=_SPLIT,
    ),
    Operation(
        "SplitPackages",
        _T,
        "Divide a package into groups of units.",
        takes=taking(
            SplitPackages, {"splitPackages": [{"packageDetails": [{"orderLineId": 4765081101, "quantities": 2}]}]}
        ),
        answer=answering(answers.NewPackages, {"newPackageIds": _NEW_IDS}),
        refusals=_SPLIT,
    ),
)
