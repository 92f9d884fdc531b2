"""Registers all credentials at an API that may not know them: a new stack's, or one whose table was restored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleave.domain.roles import Tier
from cleave.store.credentials import Credential

from cleave_cli.limits import PLANS, create_key

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient


@dataclass(frozen=True)
class Registrar:
    """``outputs`` are the stack's. It reads once what API Gateway knows, and repeats nothing that is done."""

    gateway: "APIGatewayClient"
    outputs: dict[str, str]

    def __call__(self, credentials: Iterable[Credential]) -> Iterator[str]:
        """Put each credential into the plan of its tier, and into no other. Returns the changes, credential by
        credential.

        Raises CleaveError when there is no room.
        """
        ids = self._ids()
        members = {tier: self._members(self.outputs[output]) for tier, output in PLANS.items()}
        for credential in credentials:
            if credential.has_limits:
                yield from self._register(credential, ids.get(credential.key), members)

    def _register(self, credential: Credential, known: str | None, members: dict[Tier, set[str]]) -> Iterator[str]:
        key_id = create_key(self.gateway, credential) if known is None else known
        for tier, keys in members.items():
            if key_id in keys and tier is not credential.tier:
                self.gateway.delete_usage_plan_key(usagePlanId=self.outputs[PLANS[tier]], keyId=key_id)
                yield f"{credential.key} is no longer counted as {tier.value}"
        if key_id not in members[credential.tier]:
            plan = self.outputs[PLANS[credential.tier]]
            self.gateway.create_usage_plan_key(usagePlanId=plan, keyId=key_id, keyType="API_KEY")
            yield f"{credential.key} is counted as {credential.tier.value}"

    def _ids(self) -> dict[str, str]:
        """Of the account's API keys, by their values: a credential's key is its API key's value."""
        pages = self.gateway.get_paginator("get_api_keys").paginate(
            includeValues=True, PaginationConfig={"PageSize": 500}
        )
        return {each["value"]: each["id"] for page in pages for each in page["items"] if "value" in each}

    def _members(self, plan: str) -> set[str]:
        pages = self.gateway.get_paginator("get_usage_plan_keys").paginate(
            usagePlanId=plan, PaginationConfig={"PageSize": 500}
        )
        return {each["id"] for page in pages for each in page["items"]}
