"""How often a credential may call: its key is registered with a usage plan of the stack, which API Gateway keeps.

The authorizer answers the credential's key as the one to count by; a method of the API answers 403 to a key that no
plan of the stack knows.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cleave.domain.roles import Role
from cleave.store.credentials import Credential

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

AUTHORIZER_CACHE_SECONDS = 300  # ReauthorizeEvery in the template


class Tier(StrEnum):
    """How many products a seller has; the marketplace's limits go by this."""

    UP_TO_50K = "50k"
    UP_TO_75K = "75k"
    UP_TO_150K = "150k"
    LARGER = "larger"
    NO_LIMITS = "none"


# The template's outputs that name the plans.
PLANS = {
    Tier.UP_TO_50K: "LimitsUpTo50k",
    Tier.UP_TO_75K: "LimitsUpTo75k",
    Tier.UP_TO_150K: "LimitsUpTo150k",
    Tier.LARGER: "LimitsLarger",
    Tier.NO_LIMITS: "LimitsNone",
}


def register(gateway: "APIGatewayClient", outputs: dict[str, str], credential: Credential, tier: Tier) -> None:
    """Let API Gateway count the credential's calls; the marketplace limits sellers only."""
    plan = PLANS[tier if credential.role is Role.SELLER else Tier.NO_LIMITS]
    key = gateway.create_api_key(name=credential.key, value=credential.key, enabled=True)
    gateway.create_usage_plan_key(usagePlanId=outputs[plan], keyId=key["id"], keyType="API_KEY")


def unregister(gateway: "APIGatewayClient", credential_key: str) -> None:
    """Forget a revoked credential's key; API Gateway has room for a limited number of them."""
    for key in gateway.get_api_keys(nameQuery=credential_key)["items"]:
        if key["name"] == credential_key:
            gateway.delete_api_key(apiKey=key["id"])


def forget_answers(gateway: "APIGatewayClient", outputs: dict[str, str]) -> str:
    """Have API Gateway forget what the authorizer answered before; says when the change takes effect."""
    try:
        gateway.flush_stage_authorizers_cache(restApiId=outputs["ApiId"], stageName=outputs["ApiStage"])
    except ClientError:
        return f"It takes effect within {AUTHORIZER_CACHE_SECONDS} seconds."
    return "It takes effect at once."
