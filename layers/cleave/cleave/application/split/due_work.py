"""Do what packages and events are due for: split, fan out, and say that it is done.

The mark that acceptance sets on a package stays until the fan-out of its end is done. The stream function or the
reconcile, whichever finds the mark, goes on from where the last one died.
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

# Packages of one read. The older a read, the likelier its item was written since.
_READ_AT_ONCE = 25
_REMEMBERED = 10_000


class OutOfTime(Exception):  # noqa: N818 - says what happened
    """The function's time is nearly up; the work was not begun."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """Packages whose mark this environment removed itself: what comes of them later is old, and need not be read.

    A closed package never opens, so this is never wrong; what it has forgotten is looked at in the table.
    """

    refs: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)

    def add(self, ref: PackageRef) -> None:
        """Remember one, and forget the first if they are too many."""
        self.refs[ref] = None
        if len(self.refs) > _REMEMBERED:
            self.refs.popitem(last=False)

    def __contains__(self, ref: PackageRef) -> bool:
        return ref in self.refs


@dataclass(frozen=True, slots=True)
class Worker:
    """Does the work of one batch. ``pause`` sleeps, tests replace it."""

    table: Table
    send_wake: SendWake
    numbers: TrackingNumbers
    quiet: QuietPeriod = field(default_factory=QuietPeriod)
    cleared: Cleared = field(default_factory=Cleared)
    pause: Callable[[float], None] = time.sleep

    def work_off(self, work: Sequence[Work]) -> list[Work]:
        """Do all of it; again, without effect. Answers what failed, of which nobody else's work is held back.

        Packages that are ready are split before those that are not, which are waited for, for ``quiet.longest`` in all:
        everything in the batch was written before it began. Others' clocks may differ, so this one alone is asked.
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
        """Sleep until the first is ready, no longer than ``patience``. Answers how long that was."""
        if not waiting:
            return timedelta(0)
        first = min(self.quiet.ends_at(each.reserved_at) for each in waiting)
        rest = min(max(first - clock.now(), timedelta(milliseconds=1)), patience)
        self.pause(rest.total_seconds())
        return rest

    def _work_off_some(self, some: Sequence[DuePackage], *, is_last: bool) -> tuple[list[DuePackage], list[Work]]:
        """Those that got more cancellations meanwhile and have to wait for them, and those that failed."""
        at = clock.now()
        try:
            found = {} if self.table.is_out_of_time else read_for_split(self.table, some)
        except Exception:  # noqa: BLE001 - each fails by itself, and is noted as itself
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
        """The package with the cancellations that came meanwhile, if it has to wait for them."""
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
                raise OutOfTime  # noqa: TRY301 - one way out for all that keeps work from being done
            do(work)
        except Exception as error:  # noqa: BLE001 - nobody is held back by what fails; it comes again
            why = type(error).__name__
            note(Log.ITEM_FAILED, seller_id=work.seller_id, order_number=work.order_number, why=why)
            count(Metric.ITEMS_FAILED)
            return False
        return True

    def _package(self, due: DuePackage, read: ReadPackage | Unreadable | None, at: datetime) -> None:
        first = [(read, at)]

        def attempt() -> None:
            """With what was read for many; if that is too old, with what is read anew."""
            known, then = first.pop() if first else (None, clock.now())
            self._once(due, known or read_for_split(self.table, [due]).get(due.ref), then)

        until_current(attempt)

    def _once(self, due: DuePackage, read: ReadPackage | Unreadable | None, at: datetime) -> None:
        """Raises OutOfDate where another writer was faster."""
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
        """The events of the package's end, in which a worker before us may have died."""
        if read.state.end_events is None:
            raise OutOfDate("a package that is due, and on which nothing waits")
        first, last = read.state.end_events
        return read_events(self.table, due.seller_id, due.order_number, first, last)

    def _clear(self, package: Package) -> None:
        clear_package(self.table, package, clock.now())
        self.cleared.add((package.seller_id, package.package_id))

    def _tell(self, event: Event) -> None:
        """An event that no split made says itself that it is due."""
        fan_out(self.table, self.send_wake, [event], clock.now())
        clear_event(self.table, event)
