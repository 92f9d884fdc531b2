"""The console of the deployed stack, in a real browser: what it shows is what happens, and what it does happens."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from cleave_cli.api import SellerClient
from cleave_cli.guide import print_guide
from cleave_cli.paths import ROOT, StateDir
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from playwright.sync_api import Browser, Locator, Page, expect
from rich.console import Console

from tests.support.browser import CONTRAST, OVERFLOW, needs_chromium, running_browser, watched_page
from tests.support.console_double import HOSTILE
from tests.support.samples import fresh_package
from tests.support.subscribing import cancel, load

pytestmark = pytest.mark.machine

PACKAGES = 6  # five failures in a row open the circuit


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser, stack: LocalStack) -> Iterator[Page]:
    """Not signed in yet."""
    with watched_page(browser, f"{stack.base_url}/console") as opened:
        yield opened


@pytest.fixture
def operators(page: Page, stack: LocalStack) -> Page:
    operator = stack.credentials.operator
    sign_in(page, operator.api_key, operator.api_secret)
    expect(page.locator("#who")).to_have_text("Signed in as operator")
    return page


@pytest.fixture
def webhook(self_paying: SellerClient, receiver: Receiver) -> str:
    created: str = self_paying.subscribe(f"{receiver.url}/hook", "receiver-key").json()["id"]
    return created


def sign_in(page: Page, key: str, secret: str) -> None:
    page.get_by_label("Key").fill(key)
    page.get_by_label("Secret").fill(secret)
    page.keyboard.press("Enter")


def find(page: Page, number: str) -> None:
    page.get_by_role("textbox", name="Order number").fill(number)
    page.keyboard.press("Enter")


def row_of(page: Page, webhook: str) -> Locator:
    """The receiver's; on which page of the list it is depends on what else runs."""
    row = page.get_by_role("table", name="Receivers").get_by_role("row").filter(has_text=webhook)
    expect(row).to_have_count(1)
    return row


def test_the_deployed_page_is_the_repositorys_and_protected(stack: LocalStack) -> None:
    for base in (stack.base_url, stack.deployment.base_url):
        answer = httpx.get(f"{base}/console", trust_env=False)
        assert (answer.status_code, answer.text) == (200, (ROOT / "functions/console/page/index.html").read_text())
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        tag = answer.headers["ETag"]
        assert httpx.get(f"{base}/console", headers={"If-None-Match": tag}, trust_env=False).status_code == 304
        runbook = httpx.get(f"{base}/console/dead-letters.md", trust_env=False)
        assert runbook.text == (ROOT / "docs/runbooks/dead-letters.md").read_text()
        assert httpx.get(f"{base}/console/app.py", trust_env=False).status_code == 404


def test_the_guide_of_a_local_stack_prints_its_link_and_credentials_for_it(stack: LocalStack, tmp_path: Path) -> None:
    printed = Console(file=StringIO(), width=500)
    print_guide(printed, stack, StateDir(tmp_path))
    guide = printed.file.getvalue()  # type: ignore[attr-defined]
    operator = stack.credentials.operator
    assert f"{stack.base_url}/console" in guide
    assert f"operator: key {operator.api_key}, secret {operator.api_secret}" in guide


@needs_chromium
@pytest.mark.usefixtures("webhook")
def test_a_split_appears_without_a_reload(operators: Page, self_paying: SellerClient) -> None:
    package = load(self_paying, {"LAMP": 3})
    find(operators, package["orderNumber"])
    tree = operators.get_by_role("list", name="Packages of seller ")
    expect(tree.get_by_text("3 x LAMP Created")).to_be_visible()
    operators.evaluate("globalThis.sameAsBefore = true")
    cancel(self_paying, package, 2)
    expect(tree.locator("s")).to_have_text("2 x LAMP")
    expect(tree.get_by_text("1 x LAMP went on")).to_be_visible()
    expect(tree.get_by_role("list", name="went on as").get_by_text("1 x LAMP Created")).to_be_visible()
    expect(operators.get_by_text("✓ 3 = 2 + 1")).to_be_visible()
    story = operators.get_by_role("list", name="Timeline of seller ")
    expect(story.locator(".kind[data-kind=told]").first).to_be_visible()
    kinds = story.locator(".kind").all_text_contents()
    assert list(dict.fromkeys(kind for kind in kinds if kind != "event")) == ["accepted", "split", "told"]
    assert operators.evaluate("globalThis.sameAsBefore")


@needs_chromium
def test_a_receiver_goes_down_is_red_is_probed_and_is_green(
    operators: Page, self_paying: SellerClient, receiver: Receiver, webhook: str
) -> None:
    mark = row_of(operators, webhook).locator(".badge")
    expect(mark).to_have_text("✓ Takes")
    down = True
    receiver.respond = lambda _: Answer(503 if down else 200)
    for package in [load(self_paying, {"LAMP": 3}) for _ in range(PACKAGES)]:
        cancel(self_paying, package)
    expect(mark).to_have_text("✗ Fails, circuit open")
    red = mark.evaluate("(each) => getComputedStyle(each).color")
    row_of(operators, webhook).get_by_role("button", name="Deliveries: ").click()
    waiting = operators.locator(".kind[data-kind=waiting]")
    expect(waiting.first).to_be_visible()
    down = False
    row_of(operators, webhook).get_by_role("button", name="Probe now").click()
    expect(mark).to_have_text("✓ Takes")
    assert mark.evaluate("(each) => getComputedStyle(each).color") != red
    expect(waiting).to_have_count(0)
    operators.get_by_role("button", name=re.compile(r"\d attempts?, show them")).first.click()
    expect(operators.get_by_role("list", name="Attempts").get_by_role("listitem").first).to_be_visible()
    assert (operators.evaluate(CONTRAST), operators.evaluate(OVERFLOW)) == ([], [])


@needs_chromium
def test_a_script_in_an_order_number_stays_text(operators: Page, self_paying: SellerClient) -> None:
    seller = self_paying.seller
    package = fresh_package(seller.seller_id, seller.store_front_code, {"LAMP": 2}, seller_pays=True)
    number = f"{package['orderNumber']}{HOSTILE}"
    assert self_paying.import_orders({**package, "orderNumber": number}).status_code == 200
    find(operators, number)
    expect(operators.get_by_role("heading", name=f"Order {number}")).to_be_visible()
    expect(operators.get_by_text("2 x LAMP Created")).to_be_visible()
    assert operators.locator("#board img, #board script").count() == 0


@needs_chromium
def test_a_sellers_credential_is_refused_and_so_is_none(page: Page, self_paying: SellerClient) -> None:
    sign_in(page, self_paying.seller.api_key, self_paying.seller.api_secret)
    expect(page.get_by_role("alert")).to_have_text(
        "The console is for operators and support: the credential is neither an operator's nor support's."
    )
    sign_in(page, "nobody", "nothing")
    expect(page.get_by_role("alert")).to_have_text("The key or the secret is wrong.")
    expect(page.locator("#board")).to_be_hidden()


@needs_chromium
def test_support_looks_and_is_offered_nothing_that_writes(page: Page, stack: LocalStack, webhook: str) -> None:
    support = stack.credentials.support
    sign_in(page, support.api_key, support.api_secret)
    expect(page.locator("#who")).to_have_text("Signed in as support")
    row = row_of(page, webhook)
    assert row.get_by_role("button").all_text_contents() == ["", "Deliveries"]  # the first one copies
    row.get_by_role("button", name="Deliveries: ").click()
    expect(page.get_by_text("There are none of these.")).to_be_visible()
