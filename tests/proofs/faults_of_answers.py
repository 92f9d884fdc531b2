"""Faults in what callers are answered, and in what is read and shown of a receiver's answer."""

from tests.proofs.fault import Fault

_ANY = "tests/integration/test_any_damaged_item.py"
_DAMAGED = "tests/integration/test_damaged_items.py"
_EXCHANGE = "tests/unit/test_exchange.py"
_ODD = "tests/integration/test_odd_exports.py"

ANSWERING = (
    Fault(
        "fail on a number that is too large to hold",
        "entry/gateway.py",
        "    except InvalidOperation:  # an exponent of twenty digits\n",
        "    except ZeroDivisionError:\n",
        "tests/integration/test_malformed.py::test_a_malformed_body_is_refused_without_a_single_call"
        "[an exponent too long for any reader]",
    ),
    Fault(
        "build a page that is too large for Lambda",
        "dialects/trendyol/fitting.py",
        "        return weight <= room\n",
        "        return weight > 0\n",
        "tests/integration/test_large_answers.py"
        "::test_a_page_that_is_too_large_names_all_its_packages_and_says_which_are_cut",
    ),
    Fault(
        "write packages for which an answer has no room, until the function's time is over",
        "dialects/trendyol/fitting.py",
        "        return least * (1 if self.in_vain <= _MOST_IN_VAIN else _SMALL_PART) <= room\n",
        "        return least > -room\n",
        "tests/integration/test_large_answers.py::test_packages_for_which_an_answer_has_no_room_are_not_written",
    ),
    Fault(
        "read what a list does not show, until the memory is full",
        "store/listing.py",
        "table.batch_get(wanted, _SHOWN if to_be_shown else _FACTS)",
        "table.batch_get(wanted)",
        "tests/integration/test_large_answers.py::test_a_list_reads_no_counts_which_may_fill_the_memory",
    ),
    Fault(
        "send a queue a package that is too large for it",
        "dialects/trendyol/shortened.py",
        "        if not fits(text):\n",
        '        if not fits(""):\n',
        "tests/unit/test_large_messages.py::test_a_queue_gets_as_much_of_a_package_as_it_takes[many units-2]",
    ),
    Fault(
        "leave as many lines out of an event as if all were equally long",
        "dialects/cloudevents/render.py",
        "    kept = bisect_right(list(ends), room) - 1\n",
        "    kept = count * room // list(ends)[-1]\n",
        "tests/unit/test_domain_events.py::test_every_fact_fits_each_destination_and_says_what_had_no_room",
    ),
    Fault(
        "let later exports add fields without end",
        "application/intake/room.py",
        "    if exported_size(package) > _EXPORTED_BYTES:\n",
        "    if exported_size(package) < 0:\n",
        "tests/integration/test_too_large.py::test_what_later_exports_add_has_an_end_although_it_takes_no_room_compressed",
    ),
    Fault(
        "let an export grow a package beyond its accepted split",
        "application/intake/import_packages.py",
        "        check_split_fits(changed, len(state.planned.groups), each.fields.package)\n",
        "        pass\n",
        "tests/integration/test_too_large.py::test_a_package_of_the_largest_size_can_be_moved_on_but_not_beyond_its_accepted_split",
    ),
    Fault(
        "import so many units at once that they fill the memory",
        "dialects/trendyol/imports.py",
        "        if room < 0:\n",
        "        if room < -_MAX_UNITS:\n",
        "tests/integration/test_import.py::test_units_that_would_fill_the_memory_are_refused_before_any_is_made",
    ),
    Fault(
        "look at fields within fields twice at each level",
        "dialects/own_fields.py",
        "        rests = {key: _rest(key, each, is_own) for key, each in value.items()}",
        "        rests = {key: _rest(key, _rest(key, each, is_own), is_own) for key, each in value.items()}",
        f"{_ODD}::test_fields_within_fields_are_looked_at_once",
    ),
    Fault(
        "divide a fee that has no exact shares",
        "dialects/trendyol/amounts.py",
        "            vague |= set() if _can_be_divided(amount) else {name}\n",
        "",
        f"{_ODD}::test_a_fee_of_any_size_comes_in_and_the_package_can_be_divided",
    ),
    Fault(
        "name every fault of a body",
        "entry/wire.py",
        "    for detail in found[:_MOST_FAULTS]:\n",
        "    for detail in found:\n",
        f"{_ODD}::test_of_many_faults_the_first_are_named_and_the_others_counted",
    ),
    Fault(
        "read a package before its size is looked at",
        "dialects/trendyol/imports.py",
        "        check_size(raw)\n",
        "",
        f"{_ODD}::test_a_package_that_is_too_large_is_not_read_at_all",
    ),
    Fault(
        "search a chain's live packages from its middle",
        "application/accept/replaced.py",
        "order.live_in(state.chain_id)",
        "order.live_in(state.package_id)",
        "tests/integration/test_replaced_packages.py::test_every_package_of_a_chain_names_the_live_one",
    ),
)

READING_RECEIVERS = (
    Fault(
        "show a secret that a receiver's answer repeats in another form",
        "outbound/redaction.py",
        "any(said(reading) for reading in readings for said in finders)",
        "any(said(shown) for said in finders)",
        "tests/unit/test_redaction.py::test_a_secret_in_another_form_hides_the_whole_text",
    ),
    Fault(
        "let the library log URLs and receivers' answers",
        "outbound/connection.py",
        'logging.getLogger(f"urllib3.{_name}").disabled = True',
        'logging.getLogger(f"urllib3.{_name}").disabled = False',
        f"{_EXCHANGE}::test_neither_the_urls_query_nor_what_a_receiver_sent_is_logged",
    ),
    Fault(
        "take an interim answer for the final one",
        "outbound/connection.py",
        "            if status not in _INTERIM or status == http.client.SWITCHING_PROTOCOLS:\n",
        "            if status != http.client.CONTINUE:\n",
        f"{_EXCHANGE}::test_an_interim_answer_is_not_the_answer",
    ),
)

DAMAGED = (
    Fault(
        "let a damaged package break a list",
        "store/listing.py",
        "    except Unreadable:\n        return UnreadablePackage(package_id_of(item))\n",
        "    except ZeroDivisionError:\n        return UnreadablePackage(package_id_of(item))\n",
        f"{_DAMAGED}::test_a_damaged_package_is_named_beside_the_others_wherever_it_would_stand",
    ),
    Fault(
        "let a damaged webhook break a list",
        "store/formats.py",
        "        except Unreadable as unreadable:\n            damaged.append(unreadable)\n",
        "        except Unreadable as unreadable:\n            raise unreadable\n",
        f"{_DAMAGED}::test_a_damaged_webhook_is_named_behind_the_others",
    ),
    Fault(
        "leave a damaged event out of the timeline silently",
        "application/read/timeline.py",
        "            *(note.why for note in shown if isinstance(note, DamagedEvent)),\n",
        "",
        f"{_DAMAGED}::test_what_of_a_timeline_is_damaged_is_named_in_it_and_its_pages_go_on",
    ),
    Fault(
        "answer a request about a damaged item with a 500",
        "entry/endpoint.py",
        "    except (Unreadable, Misfit) as damaged:\n",
        "    except Misfit as damaged:\n",
        f"{_ANY}::test_whatever_item_a_later_version_wrote_no_endpoint_fails",
    ),
    Fault(
        "answer an update that a damaged item refuses with a 500",
        "table/failures.py",
        "            return Misfit(write.key)\n",
        "            return error\n",
        f"{_ANY}::test_whatever_of_an_item_is_damaged_no_endpoint_that_writes_fails",
    ),
)

ANSWERS = (*ANSWERING, *READING_RECEIVERS, *DAMAGED)
