"""A package that a bus or queue would not take as it is: it is told all the same, instead of holding up its order."""

import json
from dataclasses import replace

import pytest
from cleave.application.tell.attempt import outgoing_of
from cleave.domain.delivery import Delivery, Lane
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.domain.recipients import Selection
from cleave.domain.subscription import PayloadFormat
from cleave.entry.endpoint import fits_answer
from cleave.outbound.destinations import _MOST_BYTES
from cleave.outbound.messages import body_of
from cleave.table.limits import ANSWER_BYTES

from tests.support.stored import subscription
from tests.unit.builders import line, package

QUEUE = "arn:aws:sqs:eu-west-1:210987654321:stock"
LINES = {
    "few units": package(line(1, 5), line(2, 1)),
    "many units": package(line(1, 4000), line(2, 1)),
    "many lines": package(*(line(number, 1) for number in range(1, 2001))),
}


def sent(url: str, of: Package) -> str:
    event = Event("A", 1, 1, of.created_at, (of,))
    lane = Lane("hook", 1, "A")
    delivery = Delivery(lane, "seller:1", event.at, 1, Selection((0,)), count=1, first=1, previous_at=None)
    hook = replace(subscription(), url=url, payload=PayloadFormat.TRENDYOL)
    return body_of(hook, outgoing_of(event, delivery, 0), old_names=True).text


@pytest.mark.parametrize(("which", "lines"), [("few units", 2), ("many units", 2), ("many lines", 0)])
def test_a_queue_gets_as_much_of_a_package_as_it_takes(which: str, lines: int) -> None:
    (shown,) = json.loads(text := sent(QUEUE, LINES[which]))["content"]
    assert len(text.encode()) < _MOST_BYTES
    assert (len(shown["lines"]), shown.get("truncated", False)) == (lines, which != "few units")
    assert shown["shipmentPackageId"] == 100


def test_a_url_gets_no_more_of_a_package_than_the_api_shows() -> None:
    """50 cancellations of the same 100 lines leave 5,000 rows in the closed package, each with its line's notes."""
    rows = tuple(replace(line(number, 1), details={"note": "n" * 2_000}) for number in range(1, 5001))
    (shown,) = json.loads(text := sent("https://hooks.example", package(*rows)))["content"]
    assert len(text.encode()) < ANSWER_BYTES
    assert (len(shown["lines"]), shown["truncated"], "note" in shown["lines"][0]) == (5000, True, False)


def test_a_url_gets_no_more_of_a_package_than_fits_an_answer_as_text_in_text() -> None:
    rows = tuple(replace(line(number, 1), details={"note": '"' * 5_000}) for number in range(1, 301))
    (shown,) = json.loads(text := sent("https://hooks.example", package(*rows)))["content"]
    assert fits_answer(json.dumps({"message": {"body": text}}))
    assert (len(shown["lines"]), shown["truncated"], "note" in shown["lines"][0]) == (300, True, False)


@pytest.mark.parametrize("which", LINES)
def test_a_url_gets_all_of_it(which: str) -> None:
    (shown,) = json.loads(sent("https://hooks.example", LINES[which]))["content"]
    assert "truncated" not in shown
    assert len(shown["lines"]) == len(LINES[which].lines)


def test_a_queue_gets_characters_that_it_does_not_take_in_another_form() -> None:
    name = "a\ufffe\uffff\U0001ffffz"
    text = sent(QUEUE, replace(LINES["few units"], details={"note": name}))
    assert json.loads(text)["content"][0]["note"] == name
    assert not {"\ufffe", "\uffff"} & set(text)
