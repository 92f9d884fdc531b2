"""The events of a change: their numbers and times, and what each subscription is told of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cleave.domain.events import Announcement, Event, announce, track_of
from cleave.domain.order import LaneEnd, Order
from cleave.domain.package import Package
from cleave.domain.recipients import Recipient, Telling, messages_of
from cleave.domain.status import Status
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.builders import START, line, package, recipient

AT = START + timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
ORDER = Order("ORDER", 20811)
ENDED, BORN, OTHER = (
    package(line(1, 1), status=status, package_id=number)
    for number, status in enumerate([Status.CANCELLED, Status.CREATED, Status.PICKING], start=1)
)


def said(order: Order, *groups: Sequence[Package], to: Sequence[Recipient] = (), at: datetime = AT) -> Announcement:
    return announce(order, groups, to, at, "request")


def only(announcement: Announcement) -> Event:
    (event,) = announcement.events
    return event


def test_an_event_numbers_its_packages_on_from_the_last_one_of_the_order() -> None:
    found = said(replace(ORDER, sequence=4), [ENDED, BORN])
    event = only(found)
    assert (event.first, [event.sequence(place) for place in (0, 1)]) == (5, [5, 6])
    assert (found.order.sequence, found.order.last_at) == (6, AT)
    assert (event.packages, event.at, event.correlation_id) == ((ENDED, BORN), AT, "request")


def test_events_of_one_change_are_a_millisecond_apart_and_go_on_in_number() -> None:
    found = said(ORDER, [ENDED], [BORN, OTHER], [ENDED], to=[recipient()])
    assert [(event.first, event.at) for event in found.events] == [
        (1, AT),
        (2, AT + MILLISECOND),
        (4, AT + 2 * MILLISECOND),
    ]
    assert (found.order.sequence, found.order.last_at) == (4, AT + 2 * MILLISECOND)
    tellings = [event.told["hook"] for event in found.events]
    assert [(each.first, each.count, each.previous_at) for each in tellings] == [
        (1, 1, None),
        (2, 2, AT),
        (4, 1, AT + MILLISECOND),
    ]


def test_a_subscription_counts_only_what_it_is_told_and_knows_the_event_before() -> None:
    wanted = [recipient("all"), recipient("ends", Status.CANCELLED)]
    first = said(ORDER, [ENDED, BORN], to=wanted)
    second = said(first.order, [OTHER], to=wanted, at=AT + timedelta(seconds=1))
    third = said(second.order, [ENDED], to=wanted, at=AT + timedelta(seconds=2))
    lanes = [
        {name: (each.first, each.count, each.previous_at) for name, each in only(event).told.items()}
        for event in (first, second, third)
    ]
    assert lanes == [
        {"all": (1, 2, None), "ends": (1, 1, None)},
        {"all": (3, 1, AT)},
        {"all": (4, 1, AT + timedelta(seconds=1)), "ends": (2, 1, AT)},
    ]


def test_who_is_told_nothing_of_a_change_keeps_its_place() -> None:
    order = replace(ORDER, told={"ends": LaneEnd(7, START)})
    found = said(order, [BORN], to=[recipient("ends", Status.CANCELLED)])
    assert (only(found).told, found.order.told) == ({}, {"ends": LaneEnd(7, START)})


def test_one_that_is_off_keeps_its_place_and_is_told_nothing() -> None:
    order = replace(ORDER, told={"hook": LaneEnd(7, START)})
    found = said(order, [BORN], to=[recipient(is_wanted=False)])
    assert (only(found).told, found.order.told) == ({}, {"hook": LaneEnd(7, START)})


def test_the_place_of_a_subscription_that_is_gone_is_forgotten() -> None:
    order = replace(ORDER, told={"gone": LaneEnd(7, START), "hook": LaneEnd(2, START)})
    assert said(order, [BORN], to=[recipient()]).order.told == {"hook": LaneEnd(3, AT)}


def test_what_is_told_says_whose_webhook_it_is_and_on_which_track() -> None:
    telling = only(said(ORDER, [BORN], to=[recipient("hook", tracks=3)])).told["hook"]
    assert (telling.owner, telling.track) == ("seller:20811", track_of(20811, "ORDER", 3))


def test_all_of_an_orders_messages_are_on_one_track_and_orders_are_spread_over_all() -> None:
    tracks = Counter(track_of(20811, f"ORDER-{number}", 8) for number in range(1000))
    assert set(tracks) == set(range(8))
    assert min(tracks.values()) > 80
    assert track_of(20811, "ORDER", 8) == track_of(20811, "ORDER", 8)
    assert len({track_of(seller, "ORDER", 8) for seller in range(100)}) == 8


CHANGES = st.lists(st.lists(st.lists(st.sampled_from([ENDED, BORN, OTHER]), min_size=1), min_size=1), max_size=6)
SOME = st.lists(
    st.sampled_from(
        [recipient("all"), recipient("ends", Status.CANCELLED), recipient("off", is_wanted=False), recipient("late")]
    ),
    unique=True,
)


@given(CHANGES, st.data())
def test_numbers_have_no_gap_and_each_event_names_the_one_before(
    changes: list[list[list[Package]]], data: st.DataObject
) -> None:
    order, at = ORDER, AT
    events: list[Event] = []
    lanes: dict[str, list[tuple[Event, Telling]]] = {}
    for groups in changes:
        wanted = data.draw(SOME)
        at = order.next_at(at - timedelta(seconds=data.draw(st.integers(-2, 2))))
        found = said(order, *groups, to=wanted, at=at)
        lanes = {name: lane for name, lane in lanes.items() if name in {each.subscription_id for each in wanted}}
        for event in found.events:
            for name, telling in event.told.items():
                lanes.setdefault(name, []).append((event, telling))
        order = found.order
        events += found.events
    assert [event.first for event in events] == _numbers([len(event.packages) for event in events])
    assert [event.at for event in events] == sorted({event.at for event in events})
    for lane in lanes.values():
        assert [telling.first for _, telling in lane] == _numbers([telling.count for _, telling in lane])
        assert [telling.previous_at for _, telling in lane] == [None, *(event.at for event, _ in lane)][: len(lane)]
        for event, telling in lane:
            assert len(messages_of(telling.selection, telling.owner, event.packages)) == telling.count


def _numbers(counts: Sequence[int]) -> list[int]:
    return [1 + sum(counts[:place]) for place in range(len(counts))]
