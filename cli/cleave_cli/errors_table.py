"""Generates docs/errors.md from the refusals' catalogue and the template: ``python -m cleave_cli.errors_table``."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cleave.domain.refusals import RefusalCode, RefusalKind
from cleave.entry.endpoint import STATUS

from cleave_cli.paths import ROOT
from cleave_cli.template import gateway_answers, other_methods

DOCUMENT = ROOT / "docs/errors.md"

MEANINGS = {
    RefusalCode.BODY_INVALID: "A field or parameter is missing or invalid; the message begins with its name.",
    RefusalCode.BODY_NOT_JSON: "The body cannot be read as JSON.",
    RefusalCode.BODY_TOO_LARGE: "The body, or one package of an import, is larger than the message says.",
    RefusalCode.ANSWER_TOO_LARGE: "The answer would exceed Lambda's 6 MB; request a smaller `size`.",
    RefusalCode.BODY_TYPE: "The `Content-Type` is not JSON.",
    RefusalCode.CREDENTIALS_INVALID: "The client id or the secret is wrong.",
    RefusalCode.ROLE_NOT_ALLOWED: "The credential belongs to the other dialect, or may only read.",
    RefusalCode.SELLER_NOT_FOUND: "The credential may not act for the seller of the path, whether there is one or not.",
    RefusalCode.STOREFRONT_INVALID: "`storeFrontCode` is unknown, or the package belongs to another storefront.",
    RefusalCode.PACKAGE_NOT_FOUND: "The seller has no such package, or an accepted split has not made it yet.",
    RefusalCode.PACKAGE_REPLACED: "The package was split; the message names the live packages that took its place.",
    RefusalCode.PACKAGE_STATUS: "Units can be cancelled or split off only in Created, Picking and Invoiced.",
    RefusalCode.PACKAGE_BUSY: "The package has as many waiting cancellations as one split can apply.",
    RefusalCode.PACKAGE_SPLITTING: "An accepted split will replace the package; the message names the new packages.",
    RefusalCode.PACKAGE_WAITING: "Accepted cancellations will replace the package; repeat this for its successor.",
    RefusalCode.STATUS_ORDER: "A status never goes back; a seller reports Picking, then Invoiced.",
    RefusalCode.INVOICE_DIFFERS: "The package is Invoiced already, with another number.",
    RefusalCode.TRACKING_STATUS: "Tracking details are accepted only in Picking and Invoiced.",
    RefusalCode.PROVIDER_UNKNOWN: "The provider code is not one of those that the message lists.",
    RefusalCode.PACKAGE_DIFFERS: "The imported package already exists, in another order or storefront.",
    RefusalCode.UNITS_DIFFER: "A later export has other units or prices; those change by cancels and splits.",
    RefusalCode.NOT_DELIVERED_BY_SELLER: "A seller reports delivery and return only of packages that it delivers.",
    RefusalCode.LINE_NOT_FOUND: "The package has no such line.",
    RefusalCode.QUANTITY_EXCEEDS_LEFT: "The request asks for more units than are left; the message says how many are.",
    RefusalCode.REASON_UNKNOWN: "The reason is not one of those that the message lists.",
    RefusalCode.REASON_NOT_IN_STOREFRONT: "The storefront does not use the reason: 503 in Türkiye.",
    RefusalCode.KEY_REUSED: "An earlier request had the same Idempotency-Key or cancel_id with other content.",
    RefusalCode.ORDER_EXISTS: "The order already exists, by import or from another channel.",
    RefusalCode.ORDER_DIFFERS: "The channel has already created the order, with other content.",
    RefusalCode.COMPANY_NOT_FOUND: "The channel may not act for the company of an item, whether there is one or not.",
    RefusalCode.ORDER_NOT_FOUND: "There is no such order.",
    RefusalCode.ITEM_NOT_FOUND: "No live package of the order holds the item.",
    RefusalCode.ITEM_AMBIGUOUS: "More than one seller of the order sells the item.",
    RefusalCode.WEBHOOK_URL_INVALID: "Cleave may not call the webhook's URL.",
    RefusalCode.WEBHOOK_NOT_FOUND: "The caller has no such webhook.",
    RefusalCode.WEBHOOK_ROTATED: "The signing secret was changed too often, or another request is changing it.",
    RefusalCode.DELIVERY_NOT_FOUND: "The webhook has no such delivery.",
    RefusalCode.CANCELLATION_NOT_FOUND: "The caller has no such cancellation; a refused one is not stored.",
    RefusalCode.WEBHOOK_PASSIVE: "The webhook is off and gets no messages; activate it.",
    RefusalCode.NOTHING_WAITS: "The webhook has no waiting message to try it with.",
    RefusalCode.WEBHOOK_LIMIT: "The caller has as many webhooks as it may have.",
    RefusalCode.ITEM_UNREADABLE: "The stored item that the message names is damaged; operators can repair it.",
    RefusalCode.CONTENDED: "Other requests are changing the same data, or the time was too short; repeat the request.",
}
_RETRY = {RefusalKind.BUSY: "after `Retry-After`"}
_HEAD = """# Errors

For those who write a client: every error key, its meaning, and whether to repeat the request.

`python -m cleave_cli.errors_table` generates this page; a test keeps it equal to the code.

Trendyol's paths answer every error as `{"timestamp", "exception", "errors": [{"key", "message", "errorCode"}]}`,
HepsiGlobal's as RFC 9457 problem details with `errors: [{"key", "field", "detail"}]`. API Gateway's own answers have
the fields of both. A known path answers a method that it does not have with 405, and names its methods
in `Allow`, to every caller. A failure on our side is a 500 `generic.exception`; repeat the request as it is.
"""


def render() -> str:
    """The whole document."""
    refusals = markdown_table(
        ["key", "status", "meaning", "repeat"],
        [(f"`{code.key}`", STATUS[code.kind], MEANINGS[code], _RETRY.get(code.kind, "")) for code in RefusalCode],
    )
    gateway = markdown_table(
        ["key", "status", "API Gateway's name for it"],
        [(f"`{key}`", status, name) for name, status, key in written_answers()],
    )
    return f"{_HEAD}\n## Refusals\n\n{refusals}\n## What API Gateway answers itself\n\n{gateway}"


def written_answers() -> Iterator[tuple[str, str, str]]:
    """Name, status and key of each answer that the template writes for API Gateway."""
    for name, status, _, body in gateway_answers():
        yield f"`{name}`", status or "its own", _key(body)
    for status, body in sorted({(answer.status, answer.body) for answer in other_methods().values()}):
        yield "none: another method of a known path", status, _key(body)


def _key(body: str) -> str:
    found = re.search(r'"key": "([^"]+)"', body)
    if found is None:
        raise ValueError(f"no key: {body}")
    return found.group(1)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    DOCUMENT.write_text(render())
