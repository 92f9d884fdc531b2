"""One-line faults, each of which one named test must see."""

from dataclasses import dataclass

_RACES = "tests/proofs/test_races.py::test_one_wins_and_all_others_get_the_documented_answer"
_STREAM = "tests/proofs/test_stream_failures.py"
_REPEATS = "tests/integration/test_repeated_calls.py"
_RECONCILE = "tests/proofs/test_reconcile.py"
_REPLACED = "tests/integration/test_replaced_packages.py"
_SPLIT = "tests/unit/test_split.py"
_PACKAGE_STREAM = "tests/integration/test_package_stream.py"


@dataclass(frozen=True)
class Fault:
    """``right`` stands exactly once in ``file`` (below layers/cleave/cleave); ``wrong`` takes its place."""

    what: str
    file: str
    right: str
    wrong: str
    test: str


FAULTS = (
    Fault(
        "accept without looking whether the units are left",
        "store/cancellations.py",
        "*is_of_storefront, *units_are_left, there_is_room",
        "*is_of_storefront, there_is_room",
        f"{_RACES}[the_last_unit]",
    ),
    Fault(
        "add reserved units instead of subtracting them",
        "store/cancellations.py",
        "= #left.#l{n} - :q{n}",
        "= #left.#l{n} + :q{n}",
        f"{_RACES}[the_last_unit]",
    ),
    Fault(
        "take a key that was used before",
        "table/table.py",
        '**self._common("attribute_not_exists(pk)")',
        '"TableName": self.name',
        f"{_RACES}[the_same_key]",
    ),
    Fault(
        "accept another request under a used key",
        "application/cancel_package.py",
        "if fingerprint != cancellation.fingerprint:",
        "if not fingerprint:",
        f"{_RACES}[the_same_key_for_different_things]",
    ),
    Fault(
        "write a status over what came meanwhile",
        "store/packages.py",
        "change=f\"SET {', '.join(f'#{name} = :{name}' for name in attributes)}, version = :next\",\n"
        '        condition="version = :version",',
        "change=f\"SET {', '.join(f'#{name} = :{name}' for name in attributes)}, version = :next\",\n"
        '        condition="version <= :version OR version > :version",',
        f"{_RACES}[cancel_against_status]",
    ),
    Fault(
        "plan a split of a package that cancellations wait on",
        "domain/partition.py",
        " or _waiting_refusal(state)",
        "",
        f"{_RACES}[cancel_against_explicit_split]",
    ),
    Fault(
        "split a package that somebody has written since",
        "store/packages.py",
        '" REMOVE waiting_since, pending",\n        condition="version = :version",',
        '" REMOVE waiting_since, pending",\n        condition="version > :version OR version <= :version",',
        "tests/proofs/test_interleaved.py::test_a_cancel_that_comes_while_a_split_is_written_is_not_lost",
    ),
    Fault(
        "leave a split package in the index of what waits",
        "store/packages.py",
        " REMOVE waiting_since, pending",
        " REMOVE waiting_since",
        f"{_STREAM}::test_a_record_that_grew_too_old_goes_to_the_destination_unseen_and_reconcile_does_its_work",
    ),
    Fault(
        "take the first units of a line and keep them too",
        "domain/split.py",
        "units = units[:-quantity]",
        "units = units[quantity:]",
        f"{_SPLIT}::test_the_last_units_go_and_the_others_keep_their_places",
    ),
    Fault(
        "forget to mark cancellations as applied",
        "application/split_package.py",
        "for waiting in stored.reservations),",
        "for waiting in stored.reservations[1:]),",
        f"{_STREAM}::test_a_record_that_grew_too_old_goes_to_the_destination_unseen_and_reconcile_does_its_work",
    ),
    Fault(
        "skip the event of a package's end",
        "domain/events.py",
        "in enumerate(packages, start=1)",
        "in enumerate(packages[-1:], start=1)",
        f"{_PACKAGE_STREAM}::test_the_end_of_the_old_package_is_told_before_the_birth_of_the_new_one",
    ),
    Fault(
        "swallow what a record failed with",
        "application/consume.py",
        "            self.failed_orders.add(order)\n            raise\n",
        "            self.failed_orders.add(order)\n",
        f"{_STREAM}::test_a_malformed_record_holds_back_nobody_and_ends_itself_in_the_destination",
    ),
    Fault(
        "go on with an order after one of its records failed",
        "application/consume.py",
        "            self.failed_orders.add(order)\n",
        "",
        f"{_STREAM}::test_the_records_of_an_order_behind_a_failed_one_wait_for_it",
    ),
    Fault(
        "begin a record when the function's time is nearly up",
        "application/consume.py",
        "if self.table.is_out_of_time:",
        "if False:",
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
        "forget an event before its deliveries are queued",
        "application/notify.py",
        "    for subscription, state in zip(wanting, read_lanes(table, lanes), strict=True):\n",
        "    table.update(fanned_out(event))\n"
        "    for subscription, state in zip(wanting, read_lanes(table, lanes), strict=True):\n",
        f"{_REPEATS}::test_an_event_is_pending_until_its_deliveries_are_queued",
    ),
    Fault(
        "take the SDK's repeat of a ring for somebody else's",
        "store/tracks.py",
        " OR rung_by = :self",
        "",
        f"{_REPEATS}::test_a_ring_whose_answer_was_lost_is_still_ones_own",
    ),
    Fault(
        "reconcile what the stream has just begun",
        "application/reconcile.py",
        "to_ms(at - PATIENCE)",
        "to_ms(at)",
        f"{_RECONCILE}::test_what_is_younger_than_a_minute_is_left_to_the_stream",
    ),
    Fault(
        "take a package for live whose split is told its parent only",
        "store/heirs.py",
        '{"live": False}',
        '{"live": True}',
        f"{_REPLACED}::test_every_package_of_a_chain_names_the_live_one",
    ),
    Fault(
        "forget to tell the parent of a split",
        "application/split_package.py",
        "        *tell_parent(split.closed),\n",
        "",
        f"{_REPLACED}::test_every_package_of_a_chain_names_the_live_one",
    ),
)
