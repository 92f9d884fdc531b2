"""How often a credential may call: its key is registered with a usage plan of the stack, which API Gateway keeps.

The authorizer answers the credential's key as the one to count by; a method of the API answers 403 to a key that no
plan of the stack knows. Those without limits share the stack's own key: API Gateway has room for 10,000.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cleave.domain.roles import Tier
from cleave.store.credentials import Credential

from cleave_cli.errors import CleaveError

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

AUTHORIZER_CACHE_SECONDS = 300  # ReauthorizeEvery in the template
NO_ROOM = (
    "This account and region has as many API keys as API Gateway allows. Revoke credentials that nobody uses, give "
    "--tier none, or make the credential in another cell (docs/credentials.md)."
)


# The template's outputs that name the plans of those that are counted.
PLANS = {
    Tier.UP_TO_50K: "LimitsUpTo50k",
    Tier.UP_TO_75K: "LimitsUpTo75k",
    Tier.UP_TO_150K: "LimitsUpTo150k",
    Tier.LARGER: "LimitsLarger",
}


def register(gateway: "APIGatewayClient", outputs: dict[str, str], credential: Credential) -> None:
    """Let API Gateway count the credential's calls, if it has limits. Raises CleaveError when there is no room."""
    if not credential.has_limits:
        return
    key_id = create_key(gateway, credential)
    gateway.create_usage_plan_key(usagePlanId=outputs[PLANS[credential.tier]], keyId=key_id, keyType="API_KEY")


def create_key(gateway: "APIGatewayClient", credential: Credential) -> str:
    """The id of a new API key of the credential. Raises CleaveError when there is no room."""
    try:
        return gateway.create_api_key(name=credential.key, value=credential.key, enabled=True)["id"]
    except gateway.exceptions.LimitExceededException:
        raise CleaveError(NO_ROOM) from None


def unregister(gateway: "APIGatewayClient", credential_key: str) -> None:
    """Forget a revoked credential's key; API Gateway has room for a limited number of them."""
    for key in gateway.get_api_keys(nameQuery=credential_key)["items"]:
        if key["name"] == credential_key:
            gateway.delete_api_key(apiKey=key["id"])


def forget_answers(gateway: "APIGatewayClient", outputs: dict[str, str]) -> str:
    """Flush API Gateway's cache of the authorizer's answers; returns when the change takes effect."""
    try:
        gateway.flush_stage_authorizers_cache(restApiId=outputs["ApiId"], stageName=outputs["ApiStage"])
    except ClientError:
        return f"It takes effect within {AUTHORIZER_CACHE_SECONDS} seconds."
    return "It takes effect at once."
