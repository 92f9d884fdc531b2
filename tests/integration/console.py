"""The console's page in a browser, before an API of recorded answers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import running_browser, watched_page
from tests.support.console_double import AT, KEY, SECRET, Double, receiver, running_double

NUMBER = "10811190301"
ORDER, RECEIVERS = f"GET /v1/operations/orders/{NUMBER}", "GET /v1/operations/receivers"
STATUS, PENDING = "GET /v1/operations/status", "GET /v1/operations/pending"
HOOK = receiver(1)["subscriptionId"]
HOOKS = f"/integration/webhook/sellers/20811/webhooks/{HOOK}"

type Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def api() -> Iterator[Double]:
    with running_double() as running:
        yield running


@pytest.fixture
def opened(browser: Browser, api: Double) -> Iterator[Open]:
    """The page, signed in unless it should not be; with an order looked up where one is to be shown."""
    with ExitStack() as pages:

        def open_page(
            *,
            signed_in: bool = True,
            anchor: str = "",
            shows: dict[str, Any] | None = None,
            **window: Any,  # noqa: ANN401 - as a page has it
        ) -> Page:
            page = pages.enter_context(watched_page(browser, api.url + anchor, **window))
            if signed_in:
                sign_in(page)
                expect(page.get_by_role("heading", name="Receivers")).to_be_visible()
            if shows is not None:
                api.answers[ORDER] = shows
                find(page)
            return page

        yield open_page


def sign_in(page: Page, key: str = KEY, secret: str = SECRET) -> None:
    page.get_by_label("Key").fill(key)
    page.get_by_label("Secret").fill(secret)
    page.keyboard.press("Enter")


def find(page: Page, number: str = NUMBER) -> None:
    page.get_by_role("textbox", name="Order number").fill(number)
    page.keyboard.press("Enter")


def receivers(*some: dict[str, Any]) -> dict[str, Any]:
    return {"receivers": list(some), "nextCursor": None}


def delivery(number: int, state: str = "waiting") -> dict[str, Any]:
    of = {"orderNumber": f"O{number}", "sellerId": 20811, "sequence": number, "createdDate": AT, "lastAttemptDate": AT}
    return {**of, "id": f"D{number}", "state": state, "attempts": 2, "lastAnswer": "503", "deliveredDate": None}


def stuck() -> dict[str, Any]:
    known = {"orderNumber": NUMBER, "sellerId": 20811, "since": AT, "correlationId": "5f0b7a9e"}
    return {
        "cancellations": [{**known, "packageId": 3330811901, "waiting": 2}],
        "events": [{**known, "sequence": 7}],
        "unreadable": [{"item": "PACKAGE#20811#3330811901", "since": AT}],
        "failedBatches": [{"key": "aws/lambda/shard/batch", "at": AT, "bytes": 1234}],
        "nextCursor": None,
    }
