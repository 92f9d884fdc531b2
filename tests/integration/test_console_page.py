"""The console in a real browser before an API that says what a real stack can hardly be brought to say."""

from typing import Any

import pytest
from playwright.sync_api import expect

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
    sign_in,
    stuck,
)
from tests.support.browser import needs_chromium
from tests.support.console_double import AT, DOWN, HOSTILE, KEY, NOTHING, SECRET, Double, order, receiver, status

__all__ = ["api", "browser", "opened"]

pytestmark = [needs_chromium, pytest.mark.machine]
BUTTONS = ["Probe now", "Replay", "Activate"]


def test_a_split_appears_without_a_reload_and_is_said(api: Double, opened: Open) -> None:
    page = opened(shows=order(NUMBER, split=False))
    expect(page.get_by_text("3 x SKU-TRAY Created")).to_be_visible()
    page.evaluate("globalThis.sameAsBefore = true")
    api.answers[ORDER] = order(NUMBER)
    tree = page.get_by_role("list", name="Packages of seller 20811")
    expect(tree.locator("s")).to_have_text("2 x SKU-TRAY")
    expect(tree.get_by_text("1 x SKU-TRAY went on")).to_be_visible()
    expect(tree.get_by_role("list", name="went on as").get_by_text("1 x SKU-TRAY Created")).to_be_visible()
    expect(page.get_by_text("✓ 3 = 2 + 1")).to_be_visible()
    expect(page.locator("#news")).to_have_text(f"Order {NUMBER}: 2 packages, 1 of them live.")
    steps = page.get_by_role("list", name="Timeline of seller 20811").locator(".kind")
    assert steps.all_text_contents() == ["accepted", "split", "event", "told"]
    assert page.evaluate("globalThis.sameAsBefore")


def test_units_that_are_lost_are_shown_as_what_they_are(opened: Open) -> None:
    page = opened(shows=order(NUMBER, lost=1))
    expect(page.get_by_text("✗ 3 = 2 + 0, 1 lost")).to_be_visible()


def test_ids_are_copied_in_both_spellings(opened: Open) -> None:
    page = opened(shows=order(NUMBER))
    for name, text in {
        "Copy Trendyol id 2539000735419543": "2539000735419543",
        "Copy item number 10811190301_SKU-TRAY": "10811190301_SKU-TRAY",
    }.items():
        page.get_by_role("button", name=name).click()
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_an_order_can_be_linked_to(api: Double, opened: Open) -> None:
    odd = "A/B #1%"
    api.answers[f"GET /v1/operations/orders/{odd}"] = order(odd)
    page = opened(anchor="#order/A%2FB%20%231%25")
    expect(page.get_by_role("heading", name=f"Order {odd}")).to_be_visible()


def test_whatever_an_api_says_stays_text(api: Double, opened: Open) -> None:
    """Every text of every answer is a script."""

    def hostile(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            return {name: each if name in _WORDS else hostile(each) for name, each in value.items()}
        if isinstance(value, list):
            return [hostile(each) for each in value]
        return HOSTILE if isinstance(value, str) else value

    api.answers[STATUS] = hostile(status()) | {"role": "operator"}
    api.answers[f"GET /v1/operations/orders/{HOSTILE}"] = hostile(order(HOSTILE))
    api.answers[RECEIVERS] = hostile(receivers(receiver(1, **DOWN)))
    api.answers[PENDING] = hostile(stuck())
    page = opened()
    find(page, HOSTILE)
    expect(page.get_by_role("heading", name=f"Order {HOSTILE}")).to_be_visible()
    expect(page.locator("#stuck code").filter(has_text=HOSTILE)).to_have_count(3)
    assert page.locator("img, #board script").count() == 0


# What decides over the page's ways, and is no text that somebody else wrote.
_WORDS = frozenset({"kind", "status", "circuit"})


def test_a_sellers_credential_is_refused_in_a_plain_sentence(api: Double, opened: Open) -> None:
    api.answers[STATUS] = 403
    page = opened(signed_in=False)
    sign_in(page)
    expect(page.get_by_role("alert")).to_have_text("The console is for operators and support: refused with 403.")
    expect(page.locator("#board")).to_be_hidden()
    api.answers[STATUS] = status()
    sign_in(page, secret="wrong")
    expect(page.get_by_role("alert")).to_have_text("The key or the secret is wrong.")
    assert {call for call in api.asked if call != STATUS} == set()


def test_a_credential_that_ends_signs_out_and_leaves_nothing(api: Double, opened: Open) -> None:
    page = opened(shows=order(NUMBER))
    expect(page.get_by_text("3 = 2 + 1")).to_be_visible()
    api.known.clear()
    expect(page.get_by_role("alert")).to_have_text("The credential is not valid any more.")
    assert NUMBER not in page.locator("main").inner_text()
    asked = len(api.asked)
    page.wait_for_timeout(2500)
    assert len(api.asked) == asked


def test_the_credential_is_in_memory_alone(api: Double, opened: Open) -> None:
    page = opened()
    expect(page.locator("#who")).to_have_text("Signed in as operator")
    kept = page.evaluate(
        """async () => JSON.stringify([document.documentElement.outerHTML, location.href, document.cookie,
           { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(),
           [...document.querySelectorAll("input")].map((each) => each.value)])"""
    )
    assert not [word for word in (KEY, SECRET) if word in kept]
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [call for call in api.asked if SECRET in call]


@pytest.mark.parametrize("role", ["operator", "support"])
def test_only_an_operator_is_offered_what_writes(api: Double, opened: Open, role: str) -> None:
    api.answers[STATUS] = status(role)
    off = receiver(2, status="PASSIVE", passiveReason="gone")
    api.answers[RECEIVERS] = receivers(receiver(1, **DOWN), off)
    page = opened()
    expect(page.get_by_role("button", name="Deliveries: ")).to_have_count(2)
    offered = [page.get_by_role("button", name=f"{name}: ").count() for name in BUTTONS]
    assert offered == ([1, 2, 1] if role == "operator" else [0, 0, 0])


def test_a_receiver_goes_down_is_probed_and_is_back(api: Double, opened: Open) -> None:
    page = opened()
    mark = page.get_by_role("row").filter(has_text="hooks-1").locator(".badge")
    expect(mark).to_have_text("✓ Takes")
    green = mark.evaluate("(each) => getComputedStyle(each).color")
    api.answers[RECEIVERS] = receivers(receiver(1, **DOWN))
    expect(mark).to_have_text("✗ Fails, circuit open")
    assert mark.evaluate("(each) => getComputedStyle(each).color") != green
    expect(page.locator("#news")).to_have_text("Receiver hooks-1.example.com: ✗ Fails, circuit open.")
    api.answers[f"POST /v1/operations/receivers/{HOOK}/probe"] = {"subscriptionId": HOOK, "orderNumber": NUMBER}
    page.get_by_role("button", name="Probe now: hooks-1").click()
    expect(page.locator(".said")).to_have_text("A probe is under way.")
    api.answers[RECEIVERS] = receivers(receiver(1))
    expect(mark).to_have_text("✓ Takes")


def test_what_is_refused_is_said_beside_the_receiver(api: Double, opened: Open) -> None:
    api.answers[f"POST /v1/operations/receivers/{HOOK}/probe"] = 409
    page = opened()
    page.get_by_role("button", name="Probe now: hooks-1").click()
    expect(page.locator(".said")).to_have_text("refused with 409")


def test_replaying_goes_on_while_there_is_more(api: Double, opened: Open) -> None:
    pages = iter(
        [{"resent": 100, "hasMore": True, "nextCursor": "c"}, {"resent": 5, "hasMore": False, "nextCursor": None}]
    )
    api.answers[f"POST {HOOKS}/replay"] = lambda _: next(pages)
    page = opened()
    page.get_by_role("button", name="Replay: hooks-1").click()
    dialog = page.get_by_role("dialog", name="Replay")
    dialog.get_by_label("Events of the").select_option("last seven days")
    dialog.get_by_role("button", name="Send again").click()
    expect(page.locator(".said")).to_have_text("105 sent again; waiting messages are tried now.")
    expect(page.get_by_role("button", name="Replay: hooks-1")).to_be_focused()


def test_a_channels_webhook_that_is_off_is_activated_in_its_name(api: Double, opened: Open) -> None:
    owner = {"kind": "channel", "id": "shop 1"}
    api.answers[RECEIVERS] = receivers(receiver(1, owner=owner, status="PASSIVE", passiveReason="failing"))
    queries: list[dict[str, list[str]]] = []

    def activate(query: dict[str, list[str]]) -> dict[str, str]:
        queries.append(query)
        return {}

    api.answers[f"PUT /v1/webhooks/{HOOK}/activate"] = activate
    page = opened()
    page.get_by_role("button", name="Activate: hooks-1").click()
    expect(page.locator(".said")).to_have_text("It is active again.")
    api.answers[RECEIVERS] = receivers(receiver(1, owner=owner))
    expect(page.locator(".badge", has_text="✓ Takes")).to_be_visible()
    expect(page.get_by_role("button", name="Deliveries: hooks-1")).to_be_focused()  # the button itself is gone
    assert queries == [{"channel": ["shop 1"]}]


def test_deliveries_are_live_and_their_attempts_come_on_a_click(api: Double, opened: Open) -> None:
    one = {"content": [delivery(1)], "hasMore": True, "nextCursor": "c"}
    other = {"content": [delivery(2)], "hasMore": False, "nextCursor": None}
    api.answers[f"GET {HOOKS}/deliveries"] = lambda query: other if "cursor" in query else one
    failed = {"date": AT, "status": 503, "error": None, "latencyMs": 31, "answer": HOSTILE}
    api.answers[f"GET {HOOKS}/deliveries/D1"] = {
        "attemptLog": [failed, {**failed, "status": None, "error": "deadline"}]
    }
    page = opened()
    page.get_by_role("button", name="Deliveries: hooks-1").click()
    rows = page.get_by_role("table", name="Deliveries to hooks-1.example.com").get_by_role("row")
    expect(rows).to_have_count(2)
    assert f"GET {HOOKS}/deliveries/D1" not in api.asked
    page.get_by_role("button", name="More deliveries").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="2 attempts").first.click()
    made = page.get_by_role("list", name="Attempts").get_by_role("listitem")
    expect(made).to_have_count(2)
    assert "503, 31 ms" in made.first.inner_text()
    assert "deadline" in made.last.inner_text()
    api.answers[f"GET {HOOKS}/deliveries"] = {
        "content": [delivery(1, "delivered")],
        "hasMore": False,
        "nextCursor": None,
    }
    expect(page.locator(".kind[data-kind=delivered]")).to_be_visible()


def test_deliveries_that_cannot_be_read_are_named_by_their_orders(api: Double, opened: Open) -> None:
    found = {"content": [delivery(1)], "unreadableDeliveries": ["O7"], "hasMore": False, "nextCursor": None}
    api.answers[f"GET {HOOKS}/deliveries"] = found
    page = opened()
    page.get_by_role("button", name="Deliveries: hooks-1").click()
    expect(page.get_by_text("Cannot be read, of orders: O7")).to_be_visible()
    expect(page.get_by_role("button", name="2 attempts")).to_be_visible()


def test_a_failing_receiver_is_shown_whichever_page_it_is_on(api: Double, opened: Open) -> None:
    def answer(query: dict[str, list[str]]) -> dict[str, Any]:
        if "failing" in query:
            return receivers(receiver(9, **DOWN))
        last = query.get("cursor") == ["c"]
        return {"receivers": [receiver(9, **DOWN) if last else receiver(1)], "nextCursor": None if last else "c"}

    api.answers[RECEIVERS] = answer
    page = opened()
    hosts = page.get_by_role("table", name="Receivers").locator(".host")
    expect(hosts).to_have_text(["hooks-9.example.com", "hooks-1.example.com"])
    page.get_by_role("button", name="More receivers").click()
    expect(page.get_by_role("button", name="More receivers")).to_have_count(0)
    expect(hosts).to_have_text(["hooks-9.example.com", "hooks-1.example.com"])


def test_what_is_stuck_names_orders_and_what_brings_it_back(api: Double, opened: Open) -> None:
    api.answers[PENDING] = stuck()
    api.answers[ORDER] = order(NUMBER)
    page = opened()
    expect(page.get_by_role("table", name="Cancellations that").get_by_role("row")).to_have_count(2)
    expect(page.get_by_text(".venv/bin/cleave redrive")).to_be_visible()
    page.get_by_role("button", name=NUMBER, exact=True).first.click()
    expect(page.get_by_role("heading", name=f"Order {NUMBER}")).to_be_visible()
    api.answers[PENDING] = NOTHING
    expect(page.get_by_text("✓ Nothing.")).to_be_visible()


def test_a_runbook_is_one_click_away(opened: Open) -> None:
    page = opened()
    with page.context.expect_page() as runbook:
        page.get_by_role("link", name="Runbook dead-letters").click()
    expect(runbook.value.locator("body")).to_contain_text("Alarm `dead-letters`")
