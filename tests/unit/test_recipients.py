"""Who is told of an event, and in which messages."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from cleave.domain.domain_events import Topic
from cleave.domain.package import Line, Package, UnitsCancelled
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.recipients import Message, MessageKind, Recipient, Selection, messages_of, selection_for
from cleave.domain.status import Status
from cleave.domain.subscription import PayloadFormat, channel_owner
from cleave.store.events import from_text, to_text
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import line, package, recipient

SUCCESSOR = package(line(1, 2), status=Status.CREATED)


def cancelled(line_id: int, by: str = "trendyol#20811#key") -> Line:
    because = UnitsCancelled(by, Reason.OUT_OF_STOCK, CancelledBy.SELLER)
    return replace(line(line_id, 1, status=Status.UNSUPPLIED), cancelled=because)


def closed(*lines: Line) -> Package:
    return package(*lines, status=Status.CANCELLED)


def places(of: Recipient, *packages: Package) -> tuple[int, ...]:
    return selection_for(of, packages).packages


def channel(name: str = "hg", **wishes: bool) -> Recipient:
    return recipient(name, payload=PayloadFormat.HEPSIGLOBAL, owner=channel_owner(name), **wishes)


def told(of: Recipient, *packages: Package) -> list[tuple[int, int | None]]:
    return [(each.package, each.line) for each in messages_of(selection_for(of, packages), of.owner, packages)]


def test_a_seller_who_names_no_status_is_told_of_every_package_even_in_words_that_we_do_not_know() -> None:
    assert places(recipient(), closed(cancelled(1)), SUCCESSOR, replace(SUCCESSOR, status="OnHold")) == (0, 1, 2)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("Cancelled", (0,)), ("Created", (1,)), ("UnSupplied", (0,)), ("Shipped", ())],
)
def test_a_seller_is_told_of_packages_in_the_statuses_that_it_names(wanted: str, found: tuple[int, ...]) -> None:
    assert places(recipient("hook", wanted), closed(cancelled(1)), SUCCESSOR) == found


def test_a_status_of_lines_is_looked_for_in_the_lines() -> None:
    """UnSupplied is no status of a package: it is what its lines become."""
    wanted = recipient("hook", Status.UNSUPPLIED)
    assert places(wanted, closed(cancelled(1)), closed(line(1, 1)), package(line(1, 1))) == (0,)


def test_a_channel_is_told_of_each_cancelled_line_of_a_package_that_ended() -> None:
    ended = closed(cancelled(1), line(1, 2, status=Status.UNPACKED), cancelled(2))
    assert told(channel(), ended, SUCCESSOR) == [(0, 0), (0, 2)]


def test_a_channel_is_not_told_of_what_it_reported_itself() -> None:
    own, sellers, others = (
        cancelled(1, by=f"{by}#4711") for by in ("hepsiglobal#hg", "trendyol#hg", "hepsiglobal#hg2")
    )
    assert told(channel("hg"), closed(own, sellers, others)) == [(0, 1), (0, 2)]


def test_a_channel_is_told_by_the_end_of_a_package_and_by_nothing_before() -> None:
    """A package that lives shows no cancelled line of ours; if one came in with such a line, that is old news."""
    assert told(channel(), package(cancelled(1), line(2, 1), status=Status.PICKING)) == []


def test_a_channel_is_not_told_of_lines_that_came_in_cancelled() -> None:
    assert told(channel(), closed(line(1, 1, status=Status.CANCELLED), cancelled(2))) == [(0, 1)]


@pytest.mark.parametrize("of", [recipient(is_wanted=False), channel(is_wanted=False)], ids=["seller", "channel"])
def test_an_owner_who_turned_it_off_is_told_nothing(of: Recipient) -> None:
    assert told(of, closed(cancelled(1)), SUCCESSOR) == []


def test_packages_come_before_lines_in_the_order_of_the_event() -> None:
    ended = closed(cancelled(1), cancelled(2))
    both = Selection((0, 1), cancelled_lines=True)
    assert messages_of(both, "channel:hg", (ended, SUCCESSOR)) == (
        Message(MessageKind.PACKAGE, 0),
        Message(MessageKind.PACKAGE, 1),
        Message(MessageKind.CANCELLED_LINE, 0, 0),
        Message(MessageKind.CANCELLED_LINE, 0, 1),
    )


def selections() -> st.SearchStrategy[Selection]:
    return st.builds(Selection, st.lists(st.integers(0, 30)).map(tuple), st.booleans())


@given(selections())
def test_a_selection_is_read_back_as_it_was_written(selection: Selection) -> None:
    assert from_text(to_text(selection)) == selection


@pytest.mark.parametrize("text", ["q1", "p", "1", "p0 y", "cc", "c p-"])
def test_what_is_no_selection_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a selection|invalid literal"):
        from_text(text)


@given(st.lists(st.integers(0, 25), min_size=1, unique=True))
def test_a_selection_of_many_packages_takes_a_few_bytes(found: Iterable[int]) -> None:
    assert len(to_text(Selection(tuple(found)))) <= 26 * 4


@pytest.mark.parametrize("payload", list(PayloadFormat))
def test_of_a_carriers_number_subscribers_to_domain_events_alone_are_told(payload: PayloadFormat) -> None:
    told = messages_of(
        selection_for(recipient(payload=payload), [SUCCESSOR], Topic.TRACKING), "owner", [SUCCESSOR], Topic.TRACKING
    )
    assert len(told) == (payload is PayloadFormat.CLOUDEVENTS)
