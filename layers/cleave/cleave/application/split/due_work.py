"""Do the work that is due: split packages, fan events out, and remove the marks of what is done.

Acceptance marks a package as due. The mark stays until the events of the package's end are fanned out. If a process
dies in between, the stream function or the reconcile finds the mark and continues.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched

from cleave import clock
from cleave.application.split.quiet_period import QuietPeriod
from cleave.application.split.split_package import split_package
from cleave.application.tell.fan_out import fan_out
from cleave.application.tell.wake_queue import SendWake
from cleave.domain.cancellation import PackageRef
from cleave.domain.events import Event
from cleave.domain.package import Package
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.observability import follow
from cleave.store.due import clear_event, clear_package
from cleave.store.due_packages import DuePackage, ReadPackage, read_for_split
from cleave.store.events import read_events
from cleave.store.formats import Unreadable
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.failures import OutOfDate
from cleave.table.retry import until_current
from cleave.table.table import Table

type Work = DuePackage | Event

# Packages in one read. The older a read is, the more likely another writer has changed its item.
_READ_AT_ONCE = 25
_REMEMBERED = 10_000


class OutOfTime(Exception):  # noqa: N818 - says what happened
    """The function's time is nearly over, so the work was not started."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """Packages whose mark this environment removed. Later records of them are old and need no read.

    This is never wrong, since a closed package never opens again. A package that was forgotten is read from the table.
    """

    refs: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)

    def add(self, ref: PackageRef) -> None:
        """Remember a package, and forget the oldest if there are too many."""
        self.refs[ref] = None
        if len(self.refs) > _REMEMBERED:
            self.refs.popitem(last=False)

    def __contains__(self, ref: PackageRef) -> bool:
        return ref in self.refs


@dataclass(frozen=True, slots=True)
class Worker:
    """Does the work of one batch. ``pause`` sleeps; tests replace it."""

    table: Table
    send_wake: SendWake
    numbers: TrackingNumbers
    quiet: QuietPeriod = field(default_factory=QuietPeriod)
    cleared: Cleared = field(default_factory=Cleared)
    pause: Callable[[float], None] = time.sleep

    def work_off(self, work: Sequence[Work]) -> list[Work]:
        """Do all work, and return the items that failed. Repeating it changes nothing; a failure holds back no other.

        Packages whose quiet period is over are split first. The others are waited for, ``quiet.longest`` in all, which
        is enough: their last cancellations were written before the batch began. Only this machine's clock is used,
        since other clocks may differ.
        """
        failed: list[Work] = [each for each in work if isinstance(each, Event) and not self._done(self._tell, each)]
        waiting = list({each.ref: each for each in work if isinstance(each, DuePackage)}.values())
        patience = self.quiet.longest
        while waiting:
            waiting = [each for each in waiting if each.ref not in self.cleared]
            ready, waiting = self._divide(waiting, patience)
            for some in batched(ready, _READ_AT_ONCE, strict=False):
                again, broken = self._work_off_some(some, is_last=patience <= timedelta(0))
                waiting += again
                failed += broken
            patience -= self._rest(waiting, patience)
        return failed

    def _divide(self, waiting: Iterable[DuePackage], patience: timedelta) -> tuple[list[DuePackage], list[DuePackage]]:
        now = clock.now()
        ready: list[DuePackage] = []
        later: list[DuePackage] = []
        for each in waiting:
            is_ready = not each.reserved_at or patience <= timedelta(0) or self.quiet.ends_at(each.reserved_at) <= now
            (ready if is_ready else later).append(each)
        return ready, later

    def _rest(self, waiting: Sequence[DuePackage], patience: timedelta) -> timedelta:
        """Sleep until the first package is ready, but no longer than ``patience``. Returns the time slept."""
        if not waiting:
            return timedelta(0)
        first = min(self.quiet.ends_at(each.reserved_at) for each in waiting)
        rest = min(max(first - clock.now(), timedelta(milliseconds=1)), patience)
        self.pause(rest.total_seconds())
        return rest

    def _work_off_some(self, some: Sequence[DuePackage], *, is_last: bool) -> tuple[list[DuePackage], list[Work]]:
        """Returns the packages that have new cancellations and must wait again, and those that failed."""
        at = clock.now()
        try:
            found = {} if self.table.is_out_of_time else read_for_split(self.table, some)
        except Exception:  # noqa: BLE001 - each package then reads, fails and is logged alone
            found = {}
            follow(None)
            note(Log.READ_FAILED)
        again: list[DuePackage] = []
        failed: list[Work] = []
        for each in some:
            later = self._joined(each, found.get(each.ref), at) if not is_last else None
            if later is not None:
                again.append(later)
            elif not self._done(lambda due: self._package(due, found.get(due.ref), at), each):
                failed.append(each)
        return again, failed

    def _joined(self, due: DuePackage, read: ReadPackage | Unreadable | None, now: datetime) -> DuePackage | None:
        """The package with its newest cancellations, if their quiet period is not over; else None."""
        if not isinstance(read, ReadPackage) or not read.state.is_to_be_split or not read.state.reservations:
            return None
        reserved_at = tuple(sorted(each.at for each in read.state.reservations))
        if self.quiet.ends_at(reserved_at) <= now:
            return None
        return replace(due, reserved_at=reserved_at, correlation_id=read.state.correlation_id)

    def _done[T: Work](self, do: Callable[[T], None], work: T) -> bool:
        follow(work.correlation_id)
        try:
            if self.table.is_out_of_time:
                raise OutOfTime  # noqa: TRY301 - one way out for every failure
            do(work)
        except Exception as error:  # noqa: BLE001 - a failure holds back no other item; it is retried
            why = type(error).__name__
            note(Log.ITEM_FAILED, seller_id=work.seller_id, order_number=work.order_number, why=why)
            count(Metric.ITEMS_FAILED)
            return False
        return True

    def _package(self, due: DuePackage, read: ReadPackage | Unreadable | None, at: datetime) -> None:
        first = [(read, at)]

        def attempt() -> None:
            """The first attempt uses the shared read; if that is out of date, the next one reads again."""
            known, then = first.pop() if first else (None, clock.now())
            self._once(due, known or read_for_split(self.table, [due]).get(due.ref), then)

        until_current(attempt)

    def _once(self, due: DuePackage, read: ReadPackage | Unreadable | None, at: datetime) -> None:
        """Raises OutOfDate if another writer was faster."""
        if isinstance(read, Unreadable):
            raise read
        if read is None or not read.state.is_due:
            return  # another process has done it, or the package has expired
        state = read.state
        follow(state.correlation_id)
        if state.is_to_be_split:
            change = split_package(self.table, self.numbers, read, at)
            fan_out(self.table, self.send_wake, change.events, at)
        else:
            fan_out(self.table, self.send_wake, self._end_events(due, read), at)
        self._clear(state.package)

    def _end_events(self, due: DuePackage, read: ReadPackage) -> list[Event]:
        """The events of the package's end. An earlier worker may have died while it fanned them out."""
        if read.state.end_events is None:
            raise OutOfDate("the package is due, but has no cancellation, split or events to fan out")
        first, last = read.state.end_events
        return read_events(self.table, due.seller_id, due.order_number, first, last)

    def _clear(self, package: Package) -> None:
        clear_package(self.table, package, clock.now())
        self.cleared.add((package.seller_id, package.package_id))

    def _tell(self, event: Event) -> None:
        """Fan out events. An event that no split made has a mark of its own, which is removed."""
        fan_out(self.table, self.send_wake, [event], clock.now())
        clear_event(self.table, event)
