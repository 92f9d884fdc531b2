"""All credentials are registered at an API, whatever it knows already, and only what is wanting is asked for."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cleave.domain.roles import Role, Tier
from cleave.store.credentials import Credential
from cleave_cli.credentials_sync import Registrar
from cleave_cli.errors import CleaveError
from cleave_cli.limits import PLANS

OUTPUTS = {output: f"plan-{output}" for output in PLANS.values()}
LIMITED = Tier.UP_TO_50K


class LimitExceeded(Exception):  # noqa: N818 - boto3's name
    """What API Gateway says to one key too many."""


class Exceptions:
    LimitExceededException = LimitExceeded


@dataclass
class Gateway:
    """API Gateway's keys and plans, in pages of one; ``room`` for so many keys."""

    keys: dict[str, str] = field(default_factory=dict)
    plans: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    room: int = 10
    exceptions: type[Exceptions] = Exceptions

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def create_api_key(self, **wanted: Any) -> dict[str, str]:  # noqa: ANN401 - as in boto3
        assert wanted["value"] not in self.keys
        if len(self.keys) >= self.room:
            raise LimitExceeded
        self.keys[wanted["value"]] = f"id-{wanted['value']}"
        return {"id": self.keys[wanted["value"]]}

    def create_usage_plan_key(self, **wanted: str) -> None:
        assert wanted["keyId"] not in self.plans[wanted["usagePlanId"]]
        self.plans[wanted["usagePlanId"]].add(wanted["keyId"])

    def delete_usage_plan_key(self, **wanted: str) -> None:
        self.plans[wanted["usagePlanId"]].remove(wanted["keyId"])


@dataclass
class Pages:
    gateway: Gateway
    operation: str

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - as in boto3
        if self.operation == "get_usage_plan_keys":
            yield from ({"items": [{"id": each}]} for each in self.gateway.plans[wanted["usagePlanId"]])
            return
        assert wanted["includeValues"] is True
        yield from ({"items": [{"id": key_id, "value": value}]} for value, key_id in self.gateway.keys.items())
        yield {"items": [{"id": "somebody's"}]}


def seller(key: str, tier: Tier = LIMITED) -> Credential:
    return Credential(key, Role.SELLER, frozenset({1}), tier=tier)


def sync(gateway: Gateway, *credentials: Credential) -> list[str]:
    return list(Registrar(gateway, OUTPUTS)(credentials))  # type: ignore[arg-type] # a fake


EVERYBODY = (
    seller("new"),
    seller("large", Tier.LARGER),
    seller("free", Tier.NO_LIMITS),
    Credential("channel", Role.CHANNEL, frozenset({1})),
    Credential("operator", Role.OPERATOR, frozenset()),
)


def test_a_new_api_learns_of_all_that_have_limits_and_again_of_nothing() -> None:
    gateway = Gateway()
    assert sync(gateway, *EVERYBODY) == ["new is counted as 50k", "large is counted as larger"]
    assert gateway.plans == {
        "plan-LimitsUpTo50k": {"id-new"},
        "plan-LimitsLarger": {"id-large"},
        "plan-LimitsUpTo75k": set(),
        "plan-LimitsUpTo150k": set(),
    }
    assert sync(gateway, *EVERYBODY) == []


def test_a_key_that_another_stack_or_a_killed_run_left_behind_is_taken() -> None:
    gateway = Gateway(keys={"new": "id-of-before"})
    assert sync(gateway, seller("new")) == ["new is counted as 50k"]
    assert gateway.plans["plan-LimitsUpTo50k"] == {"id-of-before"}
    assert len(gateway.keys) == 1


def test_who_has_another_tier_in_the_table_is_counted_by_that() -> None:
    gateway = Gateway()
    sync(gateway, seller("grown"))
    assert sync(gateway, seller("grown", Tier.UP_TO_75K)) == [
        "grown is no longer counted as 50k",
        "grown is counted as 75k",
    ]
    assert [plan for plan, keys in gateway.plans.items() if keys] == ["plan-LimitsUpTo75k"]


def test_without_room_it_says_so_and_goes_on_another_time() -> None:
    gateway = Gateway(room=1)
    with pytest.raises(CleaveError, match="as many API keys as API Gateway allows"):
        sync(gateway, seller("first"), seller("second"))
    gateway.room = 2
    assert sync(gateway, seller("first"), seller("second")) == ["second is counted as 50k"]
