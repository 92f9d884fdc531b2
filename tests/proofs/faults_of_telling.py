"""Faults of fan-out, tracks, deliveries, circuits and what owners do to their webhooks."""

from tests.proofs.fault import Fault

_BETWEEN = "tests/integration/test_between_calls.py"
_DELIVERIES = "tests/integration/test_deliveries.py"
_FAILING = "tests/integration/test_failing_receivers.py"
_REPEATS = "tests/integration/test_repeated_calls.py"
_ANNOUNCE = "tests/unit/test_announce.py"
_ANY = "tests/integration/test_any_damaged_item.py"
_LISTS = "tests/integration/test_damaged_recipients.py"
_TRACKS = "tests/integration/test_damaged_tracks.py"
_REVOKED = "tests/integration/test_revocation.py"
_TOLD = "tests/proofs/test_told_without_loss.py"
_LOSS = "tests/integration/test_told_without_loss.py"

DECIDING = (
    Fault(
        "send events to a subscription that is turned off",
        "domain/recipients.py",
        "if not recipient.is_wanted or (recipient.countries",
        "if (recipient.countries",
        f"{_TOLD}::test_nothing_of_an_off_period_is_told_whoever_else_is_told_of_it",
    ),
    Fault(
        "turn a subscription off without changing its sellers' lists",
        "application/subscribe/activation.py",
        "tell_sellers=before.is_wanted)",
        "tell_sellers=False)",
        f"{_TOLD}::test_nothing_of_an_off_period_is_told_whoever_else_is_told_of_it",
    ),
    Fault(
        "number a subscriber's messages with a gap",
        "domain/events.py",
        "else end.number + 1,",
        "else end.number + 2,",
        f"{_ANNOUNCE}::test_numbers_have_no_gap_and_each_event_names_the_one_before",
    ),
    Fault(
        "give messages of two orders the same id",
        "domain/ids.py",
        '.replace(".", "%2E").replace("-", "%2D")',
        '.replace(".", "%2E")',
        "tests/unit/test_message_ids.py::test_messages_of_different_orders_or_events_never_share_an_id",
    ),
    Fault(
        "do not name the lane's event before this one",
        "domain/events.py",
        "previous_at=None if end is None else end.at,",
        "previous_at=None,",
        f"{_ANNOUNCE}::test_numbers_have_no_gap_and_each_event_names_the_one_before",
    ),
    Fault(
        "count an event as queued when only some of its deliveries are",
        "store/deliveries.py",
        "**delivery_item(delivery)}))\n    except ConditionsFailed:",
        "**delivery_item(delivery)}))\n    except Exception:",
        f"{_TOLD}::test_all_messages_of_a_large_event_are_told_though_its_record_was_given_up",
    ),
    Fault(
        "let what fails for one recipient hold back the others",
        "application/tell/fan_out.py",
        "            failures.append(failure)\n",
        "            raise failure from None\n",
        f"{_LOSS}::test_a_recipient_whose_part_of_the_table_is_busy_holds_back_no_other[queue_delivery]",
    ),
    Fault(
        "let a late fan-out overwrite a delivery's state",
        "store/deliveries.py",
        "        table.create(Create({**waiting_key(delivery, track), **delivery_item(delivery)}))\n",
        "        table.put(Put({**waiting_key(delivery, track), **delivery_item(delivery)}))\n",
        f"{_BETWEEN}::test_a_late_fan_out_leaves_a_persons_wish_as_it_is",
    ),
    Fault(
        "clear an event's mark before its deliveries are queued",
        "application/split/due_work.py",
        "        fan_out(self.table, self.send_wake, [event], clock.now())\n        clear_event(self.table, event)\n",
        "        clear_event(self.table, event)\n        fan_out(self.table, self.send_wake, [event], clock.now())\n",
        f"{_REPEATS}::test_an_event_is_due_until_its_deliveries_are_queued",
    ),
)

TRACKS = (
    Fault(
        "ring a track that was released meanwhile, and leave it undrained",
        "store/tracks.py",
        "#due = if_not_exists(#due, :now), #shard = if_not_exists(#shard, :shard)",
        "#shard = if_not_exists(#shard, :shard)",
        f"{_BETWEEN}::test_who_rings_while_the_track_is_let_go_has_it_drained",
    ),
    Fault(
        "ring a track that waits for a retry, and let it wait",
        "store/tracks.py",
        "        if not table.try_update(_due_now(track, at)):\n",
        "        if track is None:\n",
        f"{_REPEATS}::test_a_ring_is_one_write_unless_the_track_waits_for_a_retry",
    ),
    Fault(
        "ring a track without counting the ring",
        "store/tracks.py",
        "SET rings = rings + :one, #due = if_not_exists",
        "SET rings = if_not_exists(rings, :one), #due = if_not_exists",
        f"{_DELIVERIES}::test_what_is_queued_while_its_track_is_drained_is_drained_too",
    ),
    Fault(
        "release a track that was rung meanwhile",
        "store/track_leases.py",
        '"holder = :holder AND rings = :rings"',
        '"holder = :holder AND rings >= :rings"',
        f"{_DELIVERIES}::test_what_is_queued_while_its_track_is_drained_is_drained_too",
    ),
    Fault(
        "take a track that another process holds",
        "store/track_leases.py",
        '_IS_OVER = "NOT #until',
        '_IS_OVER = "#until',
        f"{_DELIVERIES}::test_while_one_holds_a_track_nobody_else_sends",
    ),
    Fault(
        "take the SDK's repeated hold for another process's",
        "store/track_leases.py",
        " OR holder = :holder OR",
        " OR",
        f"{_REPEATS}::test_a_hold_whose_answer_was_lost_is_still_ones_own_until_it_is_let_go",
    ),
    Fault(
        "release a track of its new holder by a repeated request",
        "store/track_leases.py",
        'return item is None or item.get("holder") != held.holder  # not',
        "return False  # not",
        f"{_REPEATS}::test_a_release_repeated_after_somebody_else_took_the_track_takes_nothing_from_it",
    ),
    Fault(
        "hand a track over without a wake",
        "application/tell/drain.py",
        "                self.send_wake(Wake(subscription_id, track), AT_ONCE)\n                break",
        "                break",
        f"{_DELIVERIES}::test_a_lane_with_more_than_can_be_sent_in_time_goes_on_in_another_invocation",
    ),
    Fault(
        "release a track without noting when its retry is due",
        "application/tell/drain.py",
        "release(self.table, held, one_pass.due)",
        "release(self.table, held, None)",
        f"{_FAILING}::test_what_a_sender_raises_is_a_failed_attempt_with_a_circuit_and_a_schedule",
    ),
    Fault(
        "ring a track whose circuit is open",
        "store/tracks.py",
        'condition=f"{_IS_OPEN} AND (',
        'condition=f"attribute_exists(pk) AND (',
        f"{_FAILING}::test_an_event_for_a_receiver_that_fails_does_not_read_what_waits_for_it",
    ),
)

SENDING = (
    Fault(
        "send an event before an earlier one of its lane",
        "application/tell/drain.py",
        "elif not waiting.is_next(",
        "elif False and not waiting.is_next(",
        f"{_DELIVERIES}::test_an_event_that_the_stream_brings_too_early_comes_after_those_before_it",
    ),
    Fault(
        "send again a delivery that a late fan-out queued",
        "application/tell/drain.py",
        "if is_old(waiting, found.settled):",
        "if False:",
        f"{_BETWEEN}::test_what_is_fanned_out_again_after_all_was_told_is_shown_as_told_and_not_sent",
    ),
    Fault(
        "continue a lane after its message failed",
        "application/tell/drain.py",
        "                note_progress(table, number, delivery, waiting)\n                self._block(",
        "                note_progress(table, number, delivery, waiting)\n                (",
        f"{_FAILING}::test_an_event_that_alone_is_refused_holds_up_its_own_order_only_and_is_exhausted_in_the_end",
    ),
    Fault(
        "delete a delivery before it is settled",
        "application/tell/settling.py",
        "    table.put(settle_delivery(delivery.with_outcomes(outcomes)))\n    delete_if_unasked(table, track, read)\n",
        "    delete_if_unasked(table, track, read)\n    table.put(settle_delivery(delivery.with_outcomes(outcomes)))\n",
        f"{_BETWEEN}::test_who_dies_while_an_end_is_written_loses_nothing[PutItem-DELIVERY#]",
    ),
    Fault(
        "delete a delivery that a person has meanwhile asked to resend",
        "store/deliveries.py",
        "condition=f\"attribute_not_exists(pk) OR {_asked_as(read, prefix='')}\"",
        'condition="attribute_not_exists(pk) OR attribute_exists(pk)"',
        f"{_BETWEEN}::test_a_wish_between_the_two_writes_of_an_end_is_not_deleted",
    ),
    Fault(
        "overwrite a person's request to resend with a failure",
        "store/deliveries.py",
        'condition=f"attribute_exists(pk) AND {_asked_as(read)}"',
        'condition=f"attribute_exists(pk) AND (attribute_exists(#asked) OR {_asked_as(read)})"',
        f"{_BETWEEN}::test_a_wish_while_a_failure_is_noted_is_tried_at_once",
    ),
    Fault(
        "treat an error that a receiver's answer causes as our own",
        "application/tell/attempt.py",
        "except Exception as error:  # noqa: BLE001 - noted as a failure of the receiver's, with its kind",
        "except OSError as error:",
        f"{_FAILING}::test_what_a_sender_raises_is_a_failed_attempt_with_a_circuit_and_a_schedule",
    ),
)

CIRCUITS = (
    Fault(
        "keep sending while the circuit is open",
        "store/drain_inputs.py",
        "return self.is_active and not (self.circuit and self.circuit.is_open)",
        "return self.is_active",
        f"{_FAILING}::test_a_receiver_that_fails_gets_one_probe_for_each_step_whatever_waits",
    ),
    Fault(
        "count requests already under way as steps of the schedule",
        "domain/circuit.py",
        "return replace(failed, probe_at=max(",
        "return replace(failed, probes=before.probes + 1, probe_at=max(",
        "tests/unit/test_circuit.py::test_only_probes_are_steps_of_the_schedule",
    ),
    Fault(
        "close a circuit without waking its tracks",
        "application/tell/recovery.py",
        "along = wakes_of(subscription, at) if circuit.is_open else []",
        "along: list[Write] = []",
        f"{_FAILING}::test_a_receiver_that_comes_back_gets_everything_in_order",
    ),
    Fault(
        "activate a webhook without opening its tracks",
        "application/subscribe/activation.py",
        "along=as_never_failed(before, at))",
        "along=as_never_failed(before, at)[:1])",
        f"{_FAILING}::test_gone_turns_the_subscription_off_and_what_happens_meanwhile_waits",
    ),
    Fault(
        "let a new URL inherit the old one's circuit",
        "application/subscribe/webhooks.py",
        "along=as_never_failed(before, wish.at))",
        "along=[])",
        f"{_TOLD}::test_a_new_url_is_told_at_once_what_the_old_one_did_not_take",
    ),
    Fault(
        "let a receiver whose credentials were put right wait for its next probe",
        "application/subscribe/webhooks.py",
        "along=as_never_failed(before, wish.at))",
        "along=as_never_failed(before, wish.at) if changed.url != before.url else [])",
        f"{_LOSS}::test_a_receiver_that_is_called_otherwise_from_now_on_is_sent_everything_at_once[key]",
    ),
    Fault(
        "let a receiver with a new signing secret wait for its next probe",
        "application/subscribe/webhooks.py",
        "tell_sellers=False, along=as_never_failed(subscription, at))",
        "tell_sellers=False)",
        f"{_LOSS}::test_a_receiver_that_is_called_otherwise_from_now_on_is_sent_everything_at_once[signature]",
    ),
    Fault(
        "send all messages of an event though its webhook was turned off meanwhile",
        "application/tell/drain.py",
        "                if is_late or not self._is_current(found):\n",
        "                if is_late:\n",
        f"{_LOSS}::test_a_webhook_that_ends_within_a_large_event_gets_ten_more_of_its_messages_at_most[ended]",
    ),
    Fault(
        "count a failure of the old URL against the new one",
        "application/tell/attempt.py",
        "            if not is_current(self.table, subscription):\n",
        "            if subscription is None:\n",
        f"{_LOSS}::test_a_failure_of_before_the_change_does_not_count_against_the_receiver_of_now[url-probed]",
    ),
    Fault(
        "open the new URL's circuit by a failure of the old one that was just being written",
        "application/tell/attempt.py",
        "            along = [] if before else [unchanged(subscription)]\n",
        "            along = [] if before else [unchanged(subscription)][:0]\n",
        f"{_LOSS}::test_a_first_failure_that_is_written_while_the_url_changes_opens_no_circuit_of_the_new_one",
    ),
    Fault(
        "wait for a retry that the old URL's failure scheduled",
        "store/tracks.py",
        '_opened(track, at, ", works_since = :now")',
        '_opened(track, at, "")',
        f"{_TOLD}::test_a_new_url_is_told_at_once_what_the_old_one_did_not_take",
    ),
    Fault(
        "let a requested resend wait for the next probe",
        "application/tell/ask_again.py",
        "    if circuit is None or not circuit.is_open:\n",
        "    if circuit is None or circuit:\n",
        f"{_TOLD}::test_what_a_person_asks_for_is_tried_at_once_though_the_receiver_failed[resend_delivery]",
    ),
    Fault(
        "let an earlier probe's failure delay a resend",
        "domain/circuit.py",
        "    if before.asked is not None and before.is_open:\n",
        "    if before.asked is not None and not before.is_open:\n",
        f"{_BETWEEN}::test_a_wish_while_a_probe_is_under_way_has_a_try_of_its_own[A]",
    ),
    Fault(
        "probe another track instead of what a person asked for",
        "application/tell/probe.py",
        "            elif asked == wish_of(track, place_of(delivery)):\n",
        "            elif held is not None:\n",
        f"{_BETWEEN}::test_a_wish_whose_track_is_held_is_not_used_up_by_what_waits_on_another",
    ),
    Fault(
        "forget a resend if its circuit is written after the probe is claimed",
        "application/tell/probe.py",
        "            if found.is_same(claimed) and not is_held:\n",
        "            if not is_held:\n",
        f"{_BETWEEN}::test_a_wish_is_tried_though_an_older_request_fails_after_its_probe_was_claimed",
    ),
    Fault(
        "probe every five seconds for a resend that cannot be sent",
        "application/tell/probe.py",
        "            if found.is_same(claimed) and not is_held:\n",
        "            if not found.is_same(claimed) and not is_held:\n",
        f"{_BETWEEN}::test_a_wish_for_what_cannot_be_sent_is_looked_at_once",
    ),
    Fault(
        "leave a circuit open though no delivery is left",
        "application/tell/probe.py",
        "        if not waits:\n",
        "        if waits is None:\n",
        f"{_BETWEEN}::test_the_circuit_of_a_receiver_for_which_nothing_waits_any_more_is_closed",
    ),
    Fault(
        "let a requested resend wait for the retry of a message before it",
        "store/tracks.py",
        '_opened(track, at, ", works_since = :now")',
        '_opened(track, at, "")',
        f"{_BETWEEN}::test_a_wish_behind_a_message_that_waits_for_its_retry_is_tried_at_once_with_it[resend]",
    ),
    Fault(
        "do not drain a track that was woken while a probe held it",
        "application/tell/probe.py",
        "        if end_probe(self.table, held, clock.now()):\n",
        "        if not end_probe(self.table, held, clock.now()):\n",
        f"{_BETWEEN}::test_a_track_that_is_woken_while_a_probe_holds_it_is_drained_once_the_probe_ends",
    ),
    Fault(
        "skip a subscription whose entry in a seller's list is damaged",
        "store/audience.py",
        "    again = _as_webhooks_say(table, damaged)\n",
        "    again: list[Recipient] = []\n",
        f"{_LISTS}::test_all_are_told_though_one_entry_is_damaged_and_it_is_written_anew[0]",
    ),
    Fault(
        "rewrite a seller's list and lose its owner's newer change",
        "store/recipients.py",
        '        condition=" AND ".join(f"#n{place} = :w{place}" for place in range(len(names))),\n',
        '        condition=" AND ".join(f"#n{place} IN (#n{place}, :w{place})" for place in range(len(names))),\n',
        f"{_LISTS}::test_what_its_owner_wants_meanwhile_is_not_overwritten",
    ),
    Fault(
        "do not ring a track whose count of rings is damaged",
        "store/tracks.py",
        "if not webhook_keys.is_track(misfit.key) or count_anew(table, misfit.key, at) is None:",
        "if misfit.key:",
        f"{_TRACKS}::test_who_holds_a_track_hears_that_it_was_rung_though_its_rings_were_damaged_meanwhile",
    ),
    Fault(
        "let one damaged track keep the others from being rung",
        "application/tell/fan_out.py",
        "    _, silent = _each(tracks, lambda track: _ring(table, send_wake, track, at))\n    failures += silent\n",
        "    for track in tracks:\n        _ring(table, send_wake, track, at)\n",
        f"{_TRACKS}::test_a_track_of_a_later_version_is_left_as_it_is_and_keeps_no_other_from_being_rung",
    ),
    Fault(
        "never take a track whose hold has no end",
        "store/track_leases.py",
        '_IS_OVER = "NOT #until BETWEEN :now AND :latest"',
        '_IS_OVER = "#until < :now OR #until > :latest"',
        f"{_TRACKS}::test_a_hold_without_an_end_is_over[damaged0]",
    ),
    Fault(
        "treat an open circuit without a probe time as closed",
        "store/circuits.py",
        "    if not circuit.is_open and (circuit.probes or circuit.failures >= TRIP):\n",
        "    if circuit.is_open and circuit.failures < 0:\n",
        f"{_TRACKS}::test_a_circuit_that_lost_its_next_probe_is_no_closed_one",
    ),
    Fault(
        "do not look for work whose due time is negative",
        "store/due.py",
        "_query(table, shard, to_ms(until), _EARLIEST)",
        "_query(table, shard, to_ms(until), 0)",
        f"{_TRACKS}::test_a_track_that_is_due_before_all_time_is_drained[-99]",
    ),
    Fault(
        "delete a damaged circuit and leave its tracks blocked",
        "store/circuits.py",
        "[forget_circuit(subscription_id), *(unshut(track, probe_at) for track in tracks)]",
        "[forget_circuit(subscription_id)] if tracks else []",
        f"{_TRACKS}::test_what_waits_for_a_receiver_is_told_though_its_circuit_is_damaged[failures missing]",
    ),
    Fault(
        "let a damaged count prevent a webhook's deletion",
        "store/removing.py",
        "        forget_count(owner) if COUNT in damaged else count_one_less(owner),\n",
        "        count_one_less(owner),\n",
        f"{_ANY}::test_whatever_is_damaged_a_webhook_can_be_turned_off_and_taken_away[SUBSCRIBER OWNER]",
    ),
    Fault(
        "keep the webhooks of a channel whose credential is damaged",
        "application/subscribe/revocation.py",
        "    if power.role in {Role.CHANNEL, None}:\n",
        "    if power.role is Role.CHANNEL:\n",
        f"{_REVOKED}::test_a_damaged_credential_is_revoked_by_its_key[channel-role]",
    ),
    Fault(
        "keep a channel's webhooks after its credential has ended",
        "application/subscribe/revocation.py",
        "    return [ended for owner in owners for ended in end_webhooks(table, owner, sellers)]\n",
        "    return []\n",
        f"{_TOLD}::test_a_channel_whose_credential_ended_is_told_nothing_more",
    ),
    Fault(
        "end the webhooks of a new credential with those of the one before",
        "application/subscribe/revocation.py",
        "    if not known.is_ending or read_owner_state(table, owner) != known:\n",
        "    if not known.is_ending:\n",
        f"{_REVOKED}::test_a_credential_that_is_new_while_webhooks_are_listed_to_be_ended_keeps_its_own",
    ),
    Fault(
        "end an owner that has got another credential meanwhile",
        "application/subscribe/revocation.py",
        "[end_owner(owner, known=known[owner]) for",
        "[end_owner(owner) for",
        f"{_REVOKED}::test_a_credential_that_is_new_while_the_last_one_is_revoked_keeps_its_webhooks",
    ),
)

TELLING = (*DECIDING, *TRACKS, *SENDING, *CIRCUITS)
