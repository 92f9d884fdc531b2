"""docs/errors.md, made from the catalogue of refusals and from the template: ``python -m cleave_cli.errors_table``."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cleave.domain.refusals import RefusalCode, RefusalKind
from cleave.entry.endpoint import STATUS

from cleave_cli.paths import ROOT
from cleave_cli.template import gateway_answers, other_methods

DOCUMENT = ROOT / "docs/errors.md"

MEANINGS = {
    RefusalCode.BODY_INVALID: "A field or parameter is missing or not what it must be; the message begins with it.",
    RefusalCode.BODY_NOT_JSON: "The body cannot be read as JSON.",
    RefusalCode.BODY_TOO_LARGE: "The body, or one package of an import, is larger than the message says.",
    RefusalCode.ANSWER_TOO_LARGE: "Lambda answers with 6 MB at most; a smaller `size` asks for less.",
    RefusalCode.BODY_TYPE: "The body calls itself something else than JSON.",
    RefusalCode.CREDENTIALS_INVALID: "Client id and secret do not belong together.",
    RefusalCode.ROLE_NOT_ALLOWED: "The credential is one of the other dialect, or may only read.",
    RefusalCode.SELLER_NOT_FOUND: "The credential may not act for the seller of the path, whether there is one or not.",
    RefusalCode.STOREFRONT_INVALID: "`storeFrontCode` is unknown, or the package belongs to another storefront.",
    RefusalCode.PACKAGE_NOT_FOUND: "The seller has no such package, or an accepted split has not made it yet.",
    RefusalCode.PACKAGE_REPLACED: "The package was split; the message names the live packages that took its place.",
    RefusalCode.PACKAGE_STATUS: "Units can be cancelled or split off only in Created, Picking and Invoiced.",
    RefusalCode.PACKAGE_BUSY: "As many cancellations wait for the package as one split applies.",
    RefusalCode.PACKAGE_SPLITTING: "An accepted split is about to replace the package; the message names its packages.",
    RefusalCode.PACKAGE_WAITING: "Accepted cancellations are about to replace the package; try the one that follows.",
    RefusalCode.STATUS_ORDER: "Packages and their units go forwards only; a seller says Picking and then Invoiced.",
    RefusalCode.INVOICE_DIFFERS: "The package is Invoiced already, with another number.",
    RefusalCode.TRACKING_STATUS: "Tracking details are taken in Picking and Invoiced only.",
    RefusalCode.PROVIDER_UNKNOWN: "The provider code is not one of those that the message lists.",
    RefusalCode.PACKAGE_DIFFERS: "An imported package is there already, of another order or storefront.",
    RefusalCode.UNITS_DIFFER: "A later export has other units or prices; those change by cancels and splits.",
    RefusalCode.NOT_DELIVERED_BY_SELLER: "Only a package with which its seller set out itself is reported by it.",
    RefusalCode.LINE_NOT_FOUND: "The package has no such line.",
    RefusalCode.QUANTITY_EXCEEDS_LEFT: "Fewer units are left than were asked for; the message says how many.",
    RefusalCode.REASON_UNKNOWN: "The reason is not one of those that the message lists.",
    RefusalCode.REASON_NOT_IN_STOREFRONT: "The storefront does not use the reason: 503 in Türkiye.",
    RefusalCode.KEY_REUSED: "The same Idempotency-Key or cancel_id came before with other content.",
    RefusalCode.ORDER_EXISTS: "The order that is to be created came in another way, by import or from another channel.",
    RefusalCode.ORDER_DIFFERS: "The channel created the order before, with other content.",
    RefusalCode.COMPANY_NOT_FOUND: "The channel may not act for the company of an item, whether there is one or not.",
    RefusalCode.ORDER_NOT_FOUND: "There is no such order.",
    RefusalCode.ITEM_NOT_FOUND: "No live package of the order holds the item.",
    RefusalCode.ITEM_AMBIGUOUS: "More than one seller of the order sells the item.",
    RefusalCode.WEBHOOK_URL_INVALID: "The webhook's URL must not be called.",
    RefusalCode.WEBHOOK_NOT_FOUND: "The caller has no such webhook.",
    RefusalCode.WEBHOOK_ROTATED: "The signing secret was changed too often, or is being changed by another request.",
    RefusalCode.DELIVERY_NOT_FOUND: "The webhook has no such delivery.",
    RefusalCode.CANCELLATION_NOT_FOUND: "The caller has no such cancellation; one that was refused leaves no trace.",
    RefusalCode.WEBHOOK_PASSIVE: "The webhook is off and is sent nothing; activate it.",
    RefusalCode.NOTHING_WAITS: "Nothing waits for the webhook, so there is nothing to try it with.",
    RefusalCode.WEBHOOK_LIMIT: "The caller has as many webhooks as it may have.",
    RefusalCode.ITEM_UNREADABLE: "What the message names is damaged in store; operators can mend it.",
    RefusalCode.CONTENDED: "Others are changing the same, or time was too short for all of it; repeat the request.",
}
_RETRY = {RefusalKind.BUSY: "after `Retry-After`"}
_HEAD = """# Errors

For those who write a client: every key of an error, what it means, and whether to repeat the request.

Made by `python -m cleave_cli.errors_table`; a test fails when it no longer says what the code does.

Trendyol's paths answer every error as `{"timestamp", "exception", "errors": [{"key", "message", "errorCode"}]}`,
HepsiGlobal's as RFC 9457 problem details with `errors: [{"key", "field", "detail"}]`. API Gateway's own answers carry
the fields of both. A known path answers a method that it does not have with 405, and names its methods
in `Allow`, to every caller. A failure on our side is a 500 `generic.exception`; the request can be repeated as it is.
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
