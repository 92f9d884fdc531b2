"""The console for those who see little, use no mouse, or are in the middle of something when it renews itself."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.integration.console import (
    HOOK,
    HOOKS,
    NUMBER,
    ORDER,
    PENDING,
    RECEIVERS,
    STATUS,
    Open,
    api,
    browser,
    delivery,
    find,
    opened,
    receivers,
    stuck,
)
from tests.support.browser import CONTRAST, OVERFLOW, needs_chromium, tab_order
from tests.support.console_double import AT, DOWN, KEY, SECRET, Double, order, receiver, status

__all__ = ["api", "browser", "opened"]

pytestmark = [needs_chromium, pytest.mark.machine]


def test_polling_takes_neither_focus_nor_selection_nor_what_is_being_typed(api: Double, opened: Open) -> None:
    api.answers[RECEIVERS] = receivers(receiver(1), receiver(2))
    page = opened(shows=order(NUMBER))
    page.get_by_role("textbox", name="Order number").fill("half typ")
    code = page.locator("#order code", has_text="2539000735419543")
    code.evaluate("(node) => getSelection().selectAllChildren(node)")
    probe = page.get_by_role("button", name="Probe now: hooks-2")
    probe.focus()
    answers = [order(NUMBER, sku="SKU-OTHER"), status(DeadLetters={"value": 2, "healthy": False})]
    api.answers[ORDER], api.answers[STATUS] = answers
    api.answers[RECEIVERS] = receivers(receiver(2, **DOWN), receiver(1))  # which moves the row
    expect(page.locator(".badge", has_text="circuit open")).to_be_visible()
    expect(page.get_by_text("2 x SKU-OTHER")).to_be_visible()
    expect(probe).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "2539000735419543"
    assert page.get_by_role("textbox", name="Order number").input_value() == "half typ"


def test_one_thing_is_asked_at_a_time(api: Double, opened: Open) -> None:
    page = opened(shows=order(NUMBER))
    expect(page.get_by_text("3 = 2 + 1")).to_be_visible()
    page.wait_for_timeout(2500)
    assert api.most_at_once == 1
    assert api.asked.count(PENDING) >= 2


def test_what_cannot_be_read_says_so_beside_what_was_read_last(api: Double, opened: Open) -> None:
    page = opened()
    expect(page.get_by_text("✓ Takes")).to_be_visible()
    api.answers[RECEIVERS] = 500
    expect(page.get_by_text("What is shown is from before: refused with 500")).to_be_visible()
    expect(page.get_by_text("✓ Takes")).to_be_visible()
    find(page, "no-such-order")
    expect(page.locator("#order")).to_have_text("there is no such thing")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_all_of_it_can_be_read(api: Double, opened: Open, width: int, dark: bool) -> None:  # noqa: FBT001
    """Of WCAG 2.2: contrast (1.4.3), and nothing wider than the window (1.4.10)."""
    page = _everything(api, opened, width=width, dark=dark)
    expect(page.get_by_text("3 = 2 + 1")).to_be_visible()
    page.get_by_role("button", name="Deliveries: hooks-1").click()
    page.get_by_role("button", name="2 attempts").click()
    expect(page.get_by_role("list", name="Attempts")).to_be_visible()
    page.get_by_role("button", name="Probe now: hooks-1").click()
    expect(page.locator(".said").first).not_to_be_empty()
    assert (page.evaluate(CONTRAST), page.evaluate(OVERFLOW)) == ([], [])
    page.get_by_role("button", name="Replay: hooks-1").click()
    assert (page.evaluate(CONTRAST), page.evaluate(OVERFLOW)) == ([], [])


def _everything(api: Double, opened: Open, **window: Any) -> Page:  # noqa: ANN401 - as Open has it
    long = "A-VERY-LONG-STOCK-CODE-WITHOUT-ANY-SPACE-IN-IT-WHICH-HAS-TO-BE-BROKEN-SOMEWHERE"
    api.answers[STATUS] = status(DeadLetters={"value": 3, "healthy": False})
    api.answers[RECEIVERS] = receivers(
        receiver(1, **DOWN), receiver(2, host=f"{long}.example.com"), receiver(3, status="PASSIVE", kind="queue")
    )
    api.answers[PENDING] = stuck()
    api.answers[f"GET {HOOKS}/deliveries"] = {"content": [delivery(1)], "hasMore": False, "nextCursor": None}
    api.answers[f"GET {HOOKS}/deliveries/D1"] = {"attemptLog": [{"date": AT, "status": 503, "latencyMs": 31}]}
    return opened(shows=order(NUMBER, sku=long), **window)


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(api: Double, opened: Open) -> None:
    page = _everything(api, opened)
    page.get_by_role("button", name="Deliveries: hooks-1").click()
    expect(page.get_by_text("3 = 2 + 1")).to_be_visible()
    expect(page.get_by_role("button", name="2 attempts")).to_be_visible()
    reached = tab_order(page)
    pressable = page.locator("a, button, input, select").filter(visible=True)
    assert len(reached) == pressable.count()
    assert [each.place for each in reached] == sorted(each.place for each in reached)
    assert [each for each in reached if not each.seen or not each.name] == []


def test_a_whole_visit_is_made_with_the_keyboard_alone(api: Double, opened: Open) -> None:
    page = opened(signed_in=False)
    page.keyboard.press("Tab")  # past the skip link
    page.keyboard.press("Tab")
    for word in (KEY, SECRET):
        page.keyboard.insert_text(word)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Order number")).to_be_focused()
    probed = f"POST /v1/operations/receivers/{HOOK}/probe"
    api.answers[probed] = {"subscriptionId": HOOK}
    expect(page.get_by_text("✓ Takes")).to_be_visible()
    while page.evaluate("document.activeElement.textContent") != "Probe now":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".said")).to_have_text("A probe is under way.")
    assert api.asked.count(probed) == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_page_says_what_changed_in_a_live_region(opened: Open) -> None:
    page = opened()
    region = page.locator("#news")
    assert (region.get_attribute("role"), region.get_attribute("aria-live")) == ("status", "polite")
    expect(region).to_have_text("Signed in.")
    assert page.get_by_role("heading", level=1).count() == 1
