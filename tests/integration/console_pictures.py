"""The pictures of docs/console.md: `.venv/bin/python -m tests.integration.console_pictures` draws them anew."""

from playwright.sync_api import Browser, Page, expect

from tests.integration.console import NUMBER, ORDER, RECEIVERS, STATUS, find, receivers, sign_in
from tests.support.browser import running_browser, watched_page
from tests.support.console_double import AT, DOWN, Double, order, receiver, running_double, status
from tests.support.template import ROOT

IMAGES = ROOT / "docs/images"


def draw() -> None:
    """At the widths of a desk and of a telephone."""
    with running_double() as api, running_browser() as browser:
        api.answers[STATUS] = status(OldestWaitingDelivery={"value": 3600}, FailingReceivers={"value": 1})
        api.answers[ORDER] = order(NUMBER)
        channel = {"kind": "channel", "id": "hepsiglobal-shop"}
        api.answers[RECEIVERS] = receivers(receiver(1, **DOWN), receiver(2, owner=channel))
        for width in (1280, 400):
            _draw(browser, api, width)


def _draw(browser: Browser, api: Double, width: int) -> None:
    with watched_page(browser, api.url, width=width) as page:
        page.clock.set_fixed_time(AT)
        sign_in(page)
        find(page)
        expect(page.get_by_text("3 = 2 + 1")).to_be_visible()
        expect(page.get_by_text("✓ Nothing.")).to_be_visible()
        _shoot(page, width)


def _shoot(page: Page, width: int) -> None:
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=IMAGES / f"console-{width}.png", full_page=True)


if __name__ == "__main__":
    draw()
