"""Any one item of any kind cannot be read: operators' commands and endpoints say so, and do all the rest."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from cleave.application.operate.erase_order import erase_order
from cleave.application.operate.gauges import read_gauges
from cleave.application.operate.mend_order import find_damage
from cleave.application.operate.pending import list_pending
from cleave.application.operate.receivers import failing_receivers, list_receivers
from cleave.application.operate.verify import verify
from cleave.application.subscribe.revocation import admit
from cleave.domain.roles import Role
from cleave.store.credentials import Credential, list_credentials, listed_credential_keys
from cleave.store.formats import FORMAT
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table
from cleave_cli.order import events, tree, units, whole_story

from functions.list_receivers.app import handler as list_receivers_call
from tests.integration.test_any_damaged_item import (
    INDEXED,
    KEYS,
    KINDS,
    LATER,
    Everything,
    everything,
    in_short,
)
from tests.simulation.expressions import Value
from tests.simulation.items import Place
from tests.support.endpoints import ask, endpoints
from tests.support.gateway import Caller
from tests.support.stored import AT, HOOK, ORDER, SELLER

__all__ = ["everything", "in_short"]

pytestmark = pytest.mark.usefixtures("in_short")
OPERATOR = Caller("operator", (), {})
STAFFS = [each for each in endpoints() if each.is_staffs]
LATE = AT + timedelta(days=1)
TOO_MUCH: Value = {"N": f"1{'0' * 30}"}
WAYS: list[Value | None] = [None, {"S": "damaged"}, {"NULL": True}, {"L": [{"S": "damaged"}]}, {"BOOL": True}, TOO_MUCH]


def show_story(table: Table) -> None:
    """As `cleave order`."""
    for part in whole_story(table, ORDER, None)["parts"]:
        assert all((tree(ORDER, part), units(part), events(part)))


COMMANDS: dict[str, Callable[[Table], object]] = {
    "verify": lambda table: verify(table, None, LATE),
    "verify --order": lambda table: verify(table, ORDER, LATE),
    "mend": lambda table: find_damage(table, ORDER),
    "order": show_story,
    "credentials list": list_credentials,
    "adopt": listed_credential_keys,
    "status": lambda table: read_gauges(table, LATE),
    "pending": lambda table: list_pending(table, LATE),
    "webhooks list": list_receivers,
    "webhooks list --failing": lambda table: failing_receivers(table, LATE),
    "erase": lambda table: erase_order(table, ORDER),
    "new numbers": lambda table: TrackingNumbers().take(table, 1),
    "credentials create": lambda table: admit(
        table, Credential("new", Role.SELLER, frozenset({SELLER + 1})), "secret", LATE
    ),
}


def damaged(everything: Everything, kind: str) -> Iterator[tuple[Place, str]]:
    """Each attribute in each way, the rest of the item as it is; and the whole item as a later version writes it."""
    for place in everything.of(kind):
        names = sorted(everything.items[place].keys() - {*KEYS, *INDEXED})
        for name, damage in [*((name, damage) for name in names for damage in WAYS), (FORMAT, LATER)]:
            everything.damage(place, name, damage)
            yield place, f"{name} {damage}"
            everything.restore()


def raised(do: Callable[[Table], object], table: Table) -> str | None:
    try:
        do(table)
    except Exception as error:  # noqa: BLE001 - whatever it is, it would end the command
        return repr(error)
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_damaged_no_command_ends(everything: Everything, kind: str) -> None:
    wrong = [
        (place, what, name, error)
        for place, what in damaged(everything, kind)
        for name, command in COMMANDS.items()
        if (error := raised(command, everything.table)) is not None
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_damaged_no_endpoint_of_the_staffs_fails(everything: Everything, kind: str) -> None:
    wrong = []
    for place, what in damaged(everything, kind):
        answers = {each.path: ask(OPERATOR, each, everything.target(HOOK)).status for each in STAFFS}
        answers["failing"] = OPERATOR.call(list_receivers_call, query={"failing": ["true"]}).status
        wrong += [(place, what, path, status) for path, status in answers.items() if status >= 500]
    assert wrong == []
