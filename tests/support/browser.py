"""A real Chromium, in which anything that a page may not do fails the test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

CHROMIUM = os.environ.get("CLEAVE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium on this machine; `apt-get install chromium` gives one"
)
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A refused request is an answer, and the page says so in its own words; Chromium's console repeats each.
_ANSWERED = "Failed to load resource: the server responded with a status of "
_PATIENCE_MS = 20_000

expect.set_options(timeout=_PATIENCE_MS)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """With a profile of its own, which ends with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """What a page did that it may not: errors, violations of its policy, requests elsewhere."""

    origin: str
    wrong: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """Chromium reports violations of a policy here, too."""
        if message.type in {"error", "warning"} and not message.text.startswith(_ANSWERED):
            self.wrong.append(message.text)

    def request(self, request: Request) -> None:
        """To its own origin only."""
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.wrong.append(f"asked {request.url}")


@contextmanager
def watched_page(browser: Browser, url: str, *, width: int = 1280, dark: bool = False) -> Iterator[Page]:
    """The page at a URL, in a window of its own; ends with what it did wrong as an error."""
    parts = urlsplit(url)
    watched = Watched(f"{parts.scheme}://{parts.netloc}")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.on("console", watched.console)
    page.on("pageerror", lambda error: watched.wrong.append(str(error)))
    page.on("request", watched.request)
    page.goto(url)
    try:
        yield page
    finally:
        context.close()
    assert watched.wrong == []


# Of every element with text of its own: its ratio of contrast to what is behind it, if that is too low.
CONTRAST = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = channels(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] > 0) return null;
    }
    return null;
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const said = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!said || !element.checkVisibility() || element.closest(".unseen, .skip, noscript")) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    if (back === null) { low.push(`${element.localName} on what is not plain`); continue; }
    const [one, other] = [luminance(channels(style.color)), luminance(back)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) low.push(`${element.localName} ${ratio.toFixed(2)} "${element.textContent.slice(0, 40)}"`);
  }
  return low;
}"""

# What the focus is on, and whether it can be seen there.
_FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const name = element.getAttribute("aria-label") ?? (element.labels?.[0] ?? element).textContent.trim();
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const place = element === document.body ? 0 : [...document.querySelectorAll("*")].indexOf(element);
  return { name, seen, place };
}"""

# What is wider than the window.
OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && !element.closest(".unseen, .skip, thead"))
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((element) => `${element.localName}.${element.className} "${element.textContent.slice(0, 40)}"`)"""


@dataclass(frozen=True)
class Focused:
    """What Tab reached: its place in the document (0 for nothing), its name, and whether it is marked there."""

    place: int
    name: str
    seen: bool


def tab_order(page: Page, most: int = 200) -> list[Focused]:
    """Everything that Tab reaches from the top of the page, in order, until it comes round."""
    found: list[Focused] = []
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Shift+Tab")
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = Focused(**page.evaluate(_FOCUSED))
        if found and focused.place in {0, found[0].place}:
            return found
        found += [focused] if focused.place else []
    raise AssertionError(f"no end after {most}: {found[-3:]}")
