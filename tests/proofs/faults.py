"""One-line faults, each of which one named test must see. Those of accepting and splitting; the others beside it."""

from tests.proofs.fault import Fault
from tests.proofs.faults_of_answers import ANSWERS
from tests.proofs.faults_of_operating import OPERATING
from tests.proofs.faults_of_telling import TELLING

_RACES = "tests/proofs/test_races.py::test_one_wins_and_all_others_get_the_documented_answer"
_STREAM = "tests/proofs/test_stream_failures.py"
_DUE = "tests/integration/test_due_work.py"
_CHANGES = "tests/integration/test_changes.py"
_RECONCILE = "tests/proofs/test_reconcile.py"
_PACKAGE_STREAM = "tests/integration/test_package_stream.py"
_INTERLEAVED = "tests/proofs/test_interleaved.py"
_TOLD = "tests/proofs/test_told_without_loss.py"

ACCEPTING = (
    Fault(
        "accept without checking that the units are left",
        "store/cancellations.py",
        "*is_of_storefront, *units_are_left, there_is_room",
        "*is_of_storefront, there_is_room",
        f"{_RACES}[the_last_unit]",
    ),
    Fault(
        "add claimed units instead of subtracting them",
        "store/cancellations.py",
        "= #l.#l{n} - :q{n}",
        "= #l.#l{n} + :q{n}",
        f"{_RACES}[the_last_unit]",
    ),
    Fault(
        "accept on a package that is about to be split",
        "store/cancellations.py",
        "[is_cancellable, is_not_being_split, ",
        "[is_cancellable, ",
        "tests/integration/test_explicit_splits.py::test_a_cancel_that_meets_a_split_is_told_where_the_units_go",
    ),
    Fault(
        "let a package expire that still has a cancellation to apply",
        "store/cancellations.py",
        "version = version + :one REMOVE #e",
        "version = version + :one, #e = if_not_exists(#e, :one)",
        f"{_CHANGES}::test_nothing_that_is_due_is_among_what_ends",
    ),
    Fault(
        "accept a key that was used before",
        "table/table.py",
        '**self._common("attribute_not_exists(pk)")',
        '"TableName": self.name',
        f"{_RACES}[the_same_key]",
    ),
    Fault(
        "accept another request under a used key",
        "application/accept/cancel_package.py",
        "if fingerprint != cancellation.fingerprint:",
        "if not fingerprint:",
        f"{_RACES}[the_same_key_for_different_things]",
    ),
    Fault(
        "plan a split of a package that has cancellations to apply",
        "domain/partition.py",
        " or _waiting_refusal(available)",
        "",
        f"{_RACES}[cancel_against_explicit_split]",
    ),
    Fault(
        "plan a split and ignore a cancellation that came meanwhile",
        "store/changes.py",
        'condition="version = :version",\n        names={"due"',
        'condition="version <= :next",\n        names={"due"',
        f"{_RACES}[split_against_split]",
    ),
    Fault(
        "accept a split that the order has no room for",
        "application/accept/accept_split.py",
        "    check_order_fits(change.after, MAX_ORDER_BYTES)\n",
        "",
        "tests/integration/test_too_large.py"
        "::test_a_split_after_which_the_order_could_not_be_kept_is_refused_before_any_is_made_or_after",
    ),
    Fault(
        "accept a split that one transaction cannot write",
        "application/accept/accept_split.py",
        "    check_split_fits(state.package, len(planned.groups))\n",
        "",
        "tests/integration/test_too_large.py"
        "::test_a_package_that_grew_with_its_history_is_split_into_no_more_than_can_be_written",
    ),
    Fault(
        "forget the room that was promised to a split",
        "domain/change.py",
        "{**order.promised, state.package.package_id: size}",
        "{**order.promised}",
        "tests/integration/test_explicit_splits.py"
        "::test_an_accepted_split_promises_its_order_just_the_room_that_it_takes",
    ),
)

SPLITTING = (
    Fault(
        "overwrite a package that another writer has changed",
        "store/changes.py",
        'condition="version = :version",\n        names={name: name for name in (',
        'condition="version > :version OR version <= :version",\n        names={name: name for name in (',
        f"{_INTERLEAVED}::test_a_cancel_that_comes_while_a_split_is_written_is_not_lost",
    ),
    Fault(
        "overwrite an order that another writer has changed",
        "store/orders.py",
        'condition="#version = :was"',
        'condition="#version <= :was OR #version > :was"',
        f"{_INTERLEAVED}::test_a_package_that_comes_in_while_a_split_is_written_is_known_to_the_order",
    ),
    Fault(
        "leave units reserved on a closed package",
        "store/changes.py",
        "        WAITING: {},\n",
        "",
        f"{_INTERLEAVED}::test_a_cancel_that_comes_while_a_split_is_written_is_not_lost",
    ),
    Fault(
        "do not note at the parent that its successor was split",
        "store/changes.py",
        "return [write, *alone, *([] if parent is None else [parent])]",
        "return [write, *alone]",
        "tests/integration/test_replaced_packages.py::test_every_package_of_a_chain_names_the_live_one",
    ),
    Fault(
        "write an event without marking it as due",
        "store/changes.py",
        "is_due=change.closed is None)",
        "is_due=False)",
        f"{_RECONCILE}::test_what_is_younger_than_a_minute_is_left_to_the_stream",
    ),
    Fault(
        "take the first units of a line, and keep them too",
        "domain/split.py",
        "units = units[:-quantity]",
        "units = units[quantity:]",
        "tests/unit/test_split.py::test_the_last_units_go_and_the_others_keep_their_places",
    ),
    Fault(
        "number the new package's event before the old one's",
        "domain/change.py",
        "(split.closed, *split.successors))\n    return",
        "(*split.successors, split.closed))\n    return",
        f"{_INTERLEAVED}::test_a_status_that_comes_while_a_split_is_written_is_the_new_packages_too",
    ),
    Fault(
        "give an event the same time as the one before",
        "domain/order.py",
        "max(now, self.last_at + _MILLISECOND)",
        "max(now, self.last_at)",
        "tests/unit/test_order.py::test_the_next_event_is_now_or_a_millisecond_after_the_last_whatever_the_clock_says",
    ),
    Fault(
        "split while a burst still goes on",
        "application/split/due_work.py",
        "later = self._joined(each, found.get(each.ref), at) if not is_last else None",
        "later = None",
        "tests/integration/test_burst.py::test_all_calls_of_a_quiet_period_end_in_one_split",
    ),
    Fault(
        "remove a package's mark before its events are fanned out",
        "application/split/due_work.py",
        "            fan_out(self.table, self.send_wake, change.events, at)\n",
        "            self._clear(state.package)\n            fan_out(self.table, self.send_wake, change.events, at)\n",
        f"{_TOLD}::test_all_messages_of_a_large_event_are_told_though_its_record_was_given_up",
    ),
    Fault(
        "treat a closed package as done although it is marked",
        "application/split/due_work.py",
        "            fan_out(self.table, self.send_wake, self._end_events(due, read), at)\n",
        "            pass\n",
        f"{_TOLD}::test_all_messages_of_a_large_event_are_told_though_its_record_was_given_up",
    ),
    Fault(
        "leave a package due after its events are fanned out",
        "application/split/due_work.py",
        "        clear_package(self.table, package, clock.now())\n",
        "",
        f"{_STREAM}::test_a_record_that_grew_too_old_goes_to_the_destination_unseen_and_reconcile_does_its_work",
    ),
    Fault(
        "remove the mark of a package that is not closed",
        "store/due.py",
        "condition=f\"attribute_exists(#due) AND #status IN ({', '.join(f':{name}' for name in _CLOSED_VALUES)})\"",
        "condition=f\"attribute_exists(#due) AND NOT #status IN ({', '.join(f':{name}' for name in _CLOSED_VALUES)})\"",
        f"{_DUE}::test_a_package_keeps_its_mark_until_it_has_ended",
    ),
    Fault(
        "swallow the error of a split",
        "application/split/due_work.py",
        "            count(Metric.ITEMS_FAILED)\n            return False",
        "            count(Metric.ITEMS_FAILED)\n            return True",
        f"{_DUE}::test_a_split_that_fails_fails_its_own_record",
    ),
    Fault(
        "swallow a record that cannot be read",
        "entry/stream.py",
        "            failed.append(place)\n",
        "",
        f"{_STREAM}::test_a_malformed_record_holds_back_nobody_and_ends_itself_in_the_destination",
    ),
    Fault(
        "mix up two sellers' packages that have the same number",
        "entry/stream.py",
        'return "", work.seller_id, str(work.package_id)',
        'return "", 0, str(work.package_id)',
        f"{_TOLD}::test_two_sellers_with_one_order_number_and_one_package_number_do_not_meet",
    ),
    Fault(
        "begin due work when the function's time is nearly over",
        "application/split/due_work.py",
        "            if self.table.is_out_of_time:\n                raise OutOfTime",
        "            if False:\n                raise OutOfTime",
        f"{_STREAM}::test_near_the_limit_nothing_is_begun_and_the_source_brings_it_again",
    ),
    Fault(
        "give up at the first conflict",
        "table/failures.py",
        'frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})',
        'frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})',
        f"{_STREAM}::test_a_moment_of_throttling_or_conflict_is_waited_out_in_one_invocation",
    ),
    Fault(
        "reconcile work that the stream has just begun",
        "application/operate/reconcile.py",
        "entry.due <= at - PATIENCE",
        "entry.due <= at",
        f"{_RECONCILE}::test_what_is_younger_than_a_minute_is_left_to_the_stream",
    ),
    Fault(
        "let one failing item end the reconcile's run",
        "application/operate/reconcile.py",
        "        note(Log.RECONCILE_FAILED, kind=entry.kind.value, sort_key=entry.place)\n        return False",
        "        raise",
        f"{_RECONCILE}::test_what_fails_is_counted_and_holds_back_nobody",
    ),
    Fault(
        "lease the same tracking numbers twice",
        "store/tracking_numbers.py",
        "SET leased = if_not_exists(leased, :none) + :block",
        "SET leased = :none + :block",
        "tests/integration/test_tracking_numbers.py::test_environments_do_not_give_what_another_has_leased",
    ),
)

FAULTS = (*ACCEPTING, *SPLITTING, *TELLING, *ANSWERS, *OPERATING)
