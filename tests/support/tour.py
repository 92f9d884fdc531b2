"""Every function of the service at work, and refusing, until each has made every call that it ever makes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cleave.domain.subscription import channel_owner
from cleave.entry import resources
from cleave.outbound import resources as outbound
from cleave.store import webhook_keys
from cleave.store.credentials import revoke_credential
from cleave.store.owners import end_owner
from cleave.store.subscriptions import read_owned
from cleave.table.requests import Update
from cleave.table.table import Table
from cleave_cli.receiver import Answer, Receiver

from functions.auth_token.app import handler as auth_token
from functions.authorizer.app import handler as authorizer
from functions.deactivate_webhook.app import handler as deactivate
from functions.get_delivery.app import handler as get_delivery
from functions.get_shipment_packages.app import handler as list_packages
from functions.get_shipment_packages_stream.app import handler as walk
from functions.get_status.app import handler as get_status
from functions.list_deliveries.app import handler as list_deliveries
from functions.list_pending.app import handler as list_pending
from functions.list_receivers.app import handler as list_receivers
from functions.probe_receiver.app import handler as probe_receiver
from functions.reconcile.app import handler as reconcile
from functions.replay_deliveries.app import handler as replay
from tests.support.endpoints import BODIES, Endpoint, Target, ask, endpoints
from tests.support.gateway import Caller

SELLER = 20811
ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/v1/webhooks"


@dataclass
class Tour:
    """``mark`` is part of every name, address and secret that the service is told. ``wait`` lets seconds pass."""

    table: Table
    seller: Caller
    channel: Caller
    operator: Caller
    receiver: Receiver
    let_happen: Callable[[], None]
    wait: Callable[[float], None]
    mark: str
    number: int = 9_100_000_000_000

    def target(self, more_lines: int = 0) -> Target:
        """A new package that the seller has imported, with what a seller tells of its customer."""
        self.number += 100
        order = f"T{self.number}"
        target = Target(SELLER, self.number, self.number, order, f"{order}_LAMP", "", "", url=self.receiver.url)
        mark, said = self.mark, BODIES["import_orders"](target)
        lines = [{**said["lines"][0], "lineId": line} for line in _more_lines(target, more_lines)]
        package = {
            **said,
            "lines": [*said["lines"], *lines],
            "customerFirstName": mark,
            "customerLastName": mark,
            "customerEmail": f"{mark}@example.com",
            "identityNumber": mark,
            "shipmentAddress": {"fullName": mark, "address1": mark, "phone": mark},
            "invoiceAddress": {"fullName": mark, "company": mark},
        }
        assert self.ask("import_orders", target, package).status == 200
        return target

    def ask(self, code: str, target: Target, body: object = None, *, as_channel: bool = False) -> Any:  # noqa: ANN401
        """The function's first endpoint in the dialect; a function is a process of its own, which knows nothing yet."""
        _new_process()
        if code in MAKE_EVENTS:
            damage_list(self.table)
        endpoint = next(each for each in endpoints() if each.code == code and each.is_sellers != as_channel)
        is_channels = as_channel or endpoint.is_marketplaces
        return ask(self.channel if is_channels else self.seller, endpoint, target, body)

    def every_endpoint(self, target: Target, skipped: frozenset[str]) -> None:
        """All of them about one thing, whatever they say."""
        for endpoint in endpoints():
            if endpoint.code not in skipped:
                assert self.ask_own(endpoint, target).status < 500, endpoint

    def ask_own(self, endpoint: Endpoint, target: Target) -> Any:  # noqa: ANN401 - an answer
        """By the caller whose dialect it is."""
        return ask(self._own(endpoint), endpoint, target)

    def _own(self, endpoint: Endpoint) -> Caller:
        if endpoint.is_staffs:
            return self.operator
        return self.seller if endpoint.is_called_by_sellers else self.channel


# They read who is told, and put a damaged list of it right.
MAKE_EVENTS = (
    "import_orders",
    "update_package",
    "legacy_update_package",
    "update_tracking",
    "legacy_update_tracking",
    "report_status",
    "report_shipment",
    "report_delivery",
    "alternative_delivery",
    "create_order",
)


def damage_list(table: Table) -> None:
    """Of one webhook it does not say what it wants to be told."""
    known = webhook_keys.recipients(SELLER)
    hooks = [name for name, value in (table.get(known) or {}).items() if isinstance(value, dict)]
    if hooks:
        table.update(Update(known, "SET #name = :no", "attribute_exists(#name)", {"no": "damaged"}, {"name": hooks[0]}))


def _new_process() -> None:
    resources.signing_secret.cache_clear()
    resources.tracking_numbers.cache_clear()


def run(tour: Tour) -> None:
    """From the first token to the last webhook deleted."""
    _get_in(tour)
    own = _webhooks(tour)
    _packages(tour)
    _orders(tour)
    tour.let_happen()
    target = replace(_delivered(tour, own), url=tour.receiver.url)
    _moved(tour, target)
    _failing_receiver(tour, target)
    _lists(tour, target)
    _left_behind(tour)
    _list_damaged(tour)
    ends = frozenset({"delete_webhook", "create_webhook", "create_channel_webhook"})
    tour.every_endpoint(target, skipped=ends)
    tour.let_happen()
    _refused(tour)
    _failed(tour, target)
    _revoked(tour)
    assert tour.ask("delete_webhook", target).status == 200


def _get_in(tour: Tour) -> None:
    secret = f"{tour.mark}-secret"
    grant = {"grant_type": "client_credentials", "client_id": "tour", "client_secret": secret}
    token = Caller("", (), {}).call(auth_token, grant).json["access_token"]
    resources.signing_secret.cache_clear()
    assert authorizer({"methodArn": ARN, "headers": {"Authorization": f"Bearer {token}"}}, None)


def _webhooks(tour: Tour) -> str:
    target = replace(tour.target(), url=tour.receiver.url)
    secrets = {"authenticationType": "BASIC_AUTHENTICATION", "username": tour.mark, "password": f"{tour.mark}-password"}
    made = tour.ask("create_webhook", target, {"url": target.url, **secrets}).json["id"]
    token = {"base_url": target.url, "token": f"{tour.mark}-token"}
    assert tour.ask("create_channel_webhook", target, token, as_channel=True).status == 201
    return str(made)


PACKAGE_CODES = (
    "cancel_package",
    "legacy_cancel_package",
    "update_package",
    "legacy_update_package",
    "split_package",
    "multi_split",
    "quantity_split",
    "split_packages",
)


REPORTS = ("report_status", "alternative_delivery", "manual_deliver", "manual_return")


def _packages(tour: Tour) -> None:
    """Each request on a package of its own, then on one that others took the place of, then on none."""
    cancelled_from, split = tour.target(), tour.target()
    assert tour.ask("import_orders", replace(split, package=split.package + 1, line=split.line + 10)).status == 200
    assert tour.ask("cancel_package", cancelled_from).status == 200
    assert tour.ask("split_package", split).status == 200
    for code in PACKAGE_CODES:
        assert tour.ask(code, tour.target()).status == 200, code
    for code in ("update_tracking", "legacy_update_tracking"):
        picking = tour.target()
        assert tour.ask("update_package", picking).status == 200
        assert tour.ask(code, picking).status == 200, code
    notified = {"status": "Picking", "lines": [], "params": {}}
    assert tour.ask("legacy_update_package", tour.target(), notified).status == 200
    _moved_on(tour)
    tour.let_happen()
    for replaced in (cancelled_from, split, _replaced_often(tour)):
        assert tour.ask("report_shipment", replaced, as_channel=True).status == 409
        for code in (*PACKAGE_CODES, *REPORTS, "update_tracking", "legacy_update_tracking", "dry_run_cancel_package"):
            assert tour.ask(code, replaced).status in {200, 409}, code  # 200 where it is a repeat
        assert tour.ask("import_orders", replaced).status in {200, 409}
    _both_at_once(tour)


def _moved_on(tour: Tour) -> None:
    """By a later export, by carriers, and by a seller who delivers itself and names the package by its number."""
    exported = tour.target()
    assert tour.ask("import_orders", exported, {**BODIES["import_orders"](exported), "status": "Shipped"}).status == 200
    assert tour.ask("report_status", tour.target()).status == 200
    for code in ("report_shipment", "report_delivery"):
        assert tour.ask(code, tour.target(), as_channel=True).status == 200, code
    for code in ("manual_deliver", "manual_return"):
        own = tour.target()
        assert tour.ask("alternative_delivery", own).status == 200
        by_number = [each for each in endpoints() if each.code == code][1]
        damage_list(tour.table)
        assert ask(tour.seller, by_number, own).status == 200, code


def _both_at_once(tour: Tour) -> None:
    """Two imports of packages of one order: the first has read it when the second writes it."""
    first = tour.target()
    target, other = replace(first, package=first.package + 1), replace(first, package=first.package + 2)
    others: list[int] = []

    def meanwhile(**_: object) -> None:
        if not others:
            others.append(0)
            others.append(tour.ask("import_orders", other).status)

    with _before(tour, "before-call.dynamodb.TransactWriteItems", meanwhile):
        assert tour.ask("import_orders", target).status == 200
    assert others == [0, 200]


def _more_lines(target: Target, count: int) -> range:
    return range(target.line + 1, target.line + 1 + count)


def _replaced_often(tour: Tour) -> Target:
    """So often that it takes a read to name the package in which its units are."""
    first = tour.target(more_lines=2)
    package = first.package
    for line in _more_lines(first, 2):
        assert tour.ask("cancel_package", replace(first, package=package, line=line)).status == 200
        tour.let_happen()
        refusal = tour.ask("update_package", replace(first, package=package)).json["errors"][0]["message"]
        package = int(refusal.rpartition(" ")[2])
    return first


def _orders(tour: Tour) -> None:
    """HepsiGlobal's: taken, repeated, refused where nothing is left, and created."""
    for code in ("order_cancel", "cancel_order_item"):
        target = tour.target()
        assert tour.ask(code, target, as_channel=True).status == 200, code
        assert tour.ask(code, target, as_channel=True).status == 200, code
        body = BODIES[code](target)
        again = {**body, "cancel_id": 5, "cancel_quantity": 900} if "cancel_id" in body else body
        tour.ask(code, target, again, as_channel=True)
        tour.let_happen()
        assert tour.ask(code, target, as_channel=True).status in {200, 409}, code  # nothing is left to allocate
    target = tour.target()
    order = replace(target, order=f"{target.order}-2", item=f"{target.order}-2_LAMP")
    customer = {"name": f"{tour.mark} {tour.mark}", "phone": tour.mark, "email": f"{tour.mark}@example.com"}
    body = {**BODIES["create_order"](order), "customer": customer}
    assert [tour.ask("create_order", order, body, as_channel=True).status for _ in range(2)] == [200, 200]


def _delivered(tour: Tour, webhook: str) -> Target:
    target = tour.target()
    assert tour.ask("cancel_package", target).status == 200
    tour.let_happen()
    target = replace(target, webhook=webhook)
    content = tour.seller.call(list_deliveries, path={"sellerId": SELLER, "webhookId": webhook}).json["content"]
    assert content
    path = {"sellerId": SELLER, "webhookId": webhook, "deliveryId": content[-1]["id"]}
    for cached in (outbound.secret_box, outbound.requests):
        cached.cache_clear()  # another function may have opened the secrets: here they are all in one process
    assert tour.seller.call(get_delivery, path=path, query={"message": ["true"]}).json["message"]["body"]
    return replace(target, delivery=content[-1]["id"])


def _moved(tour: Tour, target: Target) -> None:
    """To another URL and other statuses, and back; it is told of what happens meanwhile by a worker that died."""
    assert tour.ask("update_webhook", replace(target, url=f"{target.url}/moved")).status == 200
    few = {**BODIES["update_webhook"](target), "subscribedStatuses": ["CREATED"]}
    assert tour.ask("update_webhook", target, few).status == 200
    assert tour.ask("update_webhook", target).status == 200
    assert tour.ask("cancel_package", tour.target()).status == 200
    with _failing(tour, "before-call.dynamodb.PutItem", times=1):
        tour.let_happen()


def _failing_receiver(tour: Tour, target: Target) -> None:
    """Refuses, so that its circuit opens, and is active again."""
    tour.receiver.respond = lambda _: Answer(503, body=tour.mark.encode())
    for _ in range(6):
        assert tour.ask("cancel_package", tour.target()).status == 200
    tour.let_happen()
    _looked_at(tour, target)
    tour.wait(60)
    reconcile({}, None)  # which has the receiver probed
    tour.let_happen()
    tour.receiver.respond = lambda _: Answer(410, body=tour.mark.encode())
    assert tour.ask("activate_webhook", target).status == 200
    tour.let_happen()
    assert tour.ask("cancel_package", tour.target()).status == 200
    tour.let_happen()  # of which a webhook is told that we turned off
    tour.receiver.respond = lambda _: Answer(200, body=tour.mark.encode())
    path = {"sellerId": SELLER, "webhookId": target.webhook}
    assert tour.seller.call(deactivate, path=path).status == 200
    assert tour.ask("activate_webhook", target).status == 200
    tour.let_happen()


def _looked_at(tour: Tour, target: Target) -> None:
    """By an operator, while a receiver fails."""
    for handler, query in ((get_status, {}), (list_receivers, {}), (list_receivers, {"failing": ["true"]})):
        assert tour.operator.call(handler, query=query).status == 200
    assert tour.operator.call(probe_receiver, path={"subscriptionId": target.webhook}).status == 202
    for handler in (list_receivers, list_pending):
        resources.signing_secret.cache_clear()
        assert tour.operator.call(handler, query={"cursor": ["not a cursor of ours"]}).status == 400


def _lists(tour: Tour, target: Target) -> None:
    """By times and from cursors, where ``every_endpoint`` asks by names."""
    for by in ("PackageLastModifiedDate", "CreatedDate"):
        answer = tour.seller.call(list_packages, path={"sellerId": SELLER}, query={"orderByField": [by]})
        assert answer.status == 200
    for handler, name, body in ((walk, "nextCursor", None), (list_deliveries, "cursor", None), (replay, "", _NOT_OURS)):
        resources.signing_secret.cache_clear()
        path = {"sellerId": SELLER, "webhookId": target.webhook}
        forged = {name: ["not a cursor of ours"]} if name else None
        assert tour.seller.call(handler, body, path=path, query=forged).status == 400
    path = {"sellerId": SELLER, "webhookId": target.webhook}
    assert tour.seller.call(list_deliveries, path=path, query={"state": ["waiting"]}).status == 200
    assert tour.seller.call(replay, {"since": 0}, path=path).status == 202


_NOT_OURS = {"since": 0, "cursor": "not a cursor of ours"}


def _left_behind(tour: Tour) -> None:
    """By the stream, then by the queue; the scheduled function finds it."""
    assert tour.ask("cancel_package", tour.target()).status == 200
    assert tour.ask("update_package", tour.target()).status == 200
    tour.wait(120)
    pending = tour.operator.call(list_pending).json
    assert (len(pending["cancellations"]), len(pending["events"])) == (1, 1)
    with _failing(tour, "before-call.dynamodb.TransactWriteItems"):
        found = reconcile({}, None)
        assert (found["done"], found["failed"]) == (1, 1)  # the event of a status, and the package
    assert reconcile({}, None)["done"] == 1
    tour.wait(120)
    assert reconcile({}, None)["woken"]
    tour.let_happen()


def _list_damaged(tour: Tour) -> None:
    """Who is told cannot be read of the seller's list; the webhooks say it."""
    target = tour.target()
    damage_list(tour.table)
    assert tour.ask("cancel_package", target).status == 200
    tour.let_happen()
    assert "damaged" not in (tour.table.get(webhook_keys.recipients(SELLER)) or {}).values()


def _revoked(tour: Tour) -> None:
    """By an operator who dies right after it; the scheduled function ends the channel's webhook."""
    owner = channel_owner("tour")
    assert read_owned(tour.table, owner).subscriptions
    revoke_credential(tour.table, "tour", [end_owner(owner)])
    assert reconcile({}, None)["done"] == 1
    assert read_owned(tour.table, owner).subscriptions == []


def _refused(tour: Tour) -> None:
    """The mark wherever a request can say it, and may not."""
    names = ("size", "cursor", "since", "orderNumber", "startDate", "status", "nextCursor")
    everywhere = {name: [tour.mark] for name in names}
    for endpoint in endpoints():
        caller = tour.operator if endpoint.is_staffs else tour.seller if endpoint.is_sellers else tour.channel
        path = {**dict.fromkeys(re.findall(r"[{](\w+)[}]", endpoint.path), tour.mark), "sellerId": SELLER}
        useful = (
            BODIES[endpoint.code](Target(SELLER, 1, 1, tour.mark, tour.mark, tour.mark, tour.mark))
            if endpoint.takes_a_body
            else {}
        )
        for body in (tour.mark, {tour.mark: tour.mark}, [tour.mark], *({**useful, name: tour.mark} for name in useful)):
            headers = {"Idempotency-Key": tour.mark}
            assert caller.call(endpoint.handler, body, path=path, query=everywhere, headers=headers).status < 500


def _failed(tour: Tour, target: Target) -> None:
    """Every endpoint while the table cannot be reached."""
    with _failing(tour, "before-call.dynamodb"):
        answered = {endpoint.code: tour.ask_own(endpoint, target).status for endpoint in endpoints()}
    assert set(answered.values()) == {500}, answered


@contextmanager
def _failing(tour: Tour, calls: str, times: int | None = None) -> Iterator[None]:
    """With an error that repeats what we were told: as botocore's does of a wrong parameter."""
    failed: list[str] = []

    def fail(**_: object) -> None:
        if times is None or len(failed) < times:
            failed.append(calls)
            raise RuntimeError(tour.mark)

    with _before(tour, calls, fail):
        yield


@contextmanager
def _before(tour: Tour, calls: str, do: Callable[..., None]) -> Iterator[None]:
    events = tour.table.client.meta.events
    events.register(calls, do)
    try:
        yield
    finally:
        events.unregister(calls, do)
