"""Baseline (b): accepting a cancel the way it is usually written, correct and idiomatic.

Table resource, Powertools' resolver with validation, its idempotency decorator, read, check, then update under the
version that was read. It is given less to do than Cleave: no record of the cancellation beside the package, no
storefronts' reasons, no successors.
"""

import os
from decimal import Decimal
from typing import Annotated, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from pydantic import BaseModel, Field

CANCELLABLE = {"Created", "Picking", "Invoiced"}

logger = Logger(service="usual")
app = APIGatewayRestResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
persistence = DynamoDBPersistenceLayer(
    table_name=os.environ["TABLE_NAME"], key_attr="pk", sort_key_attr="sk", static_pk_value="IDEMPOTENCY"
)
idempotency = IdempotencyConfig(event_key_jmespath="[package_id, lines, reason_id]")


class Line(BaseModel):
    lineId: int = Field(gt=0)  # noqa: N815 - the wire's name
    quantity: int = Field(gt=0)


class CancelRequest(BaseModel):
    """Trendyol's updatePackage."""

    lines: list[Line] = Field(min_length=1, max_length=100)
    reasonId: int  # noqa: N815 - the wire's name


@app.put("/integration/order/sellers/<seller_id>/shipment-packages/<package_id>/items/unsupplied")
def cancel_package(
    seller_id: Annotated[int, Path()],
    package_id: Annotated[int, Path()],
    request: CancelRequest,
    store_front_code: Annotated[str, Header(alias="storeFrontCode")] = "TR",
) -> Response[str]:
    cancellation = {
        "seller_id": seller_id,
        "package_id": package_id,
        "storefront": store_front_code,
        "lines": [line.model_dump() for line in request.lines],
        "reason_id": request.reasonId,
    }
    reserve(cancellation=cancellation)
    return Response(status_code=200, content_type=content_types.APPLICATION_JSON, body="")


@idempotent_function(  # type: ignore[untyped-decorator] # published without types
    data_keyword_argument="cancellation", persistence_store=persistence, config=idempotency
)
def reserve(cancellation: dict[str, Any]) -> dict[str, Any]:
    """Take the units, if they are there."""
    key = {"pk": f"SELLER#{cancellation['seller_id']}", "sk": f"PACKAGE#{cancellation['package_id']}"}
    package = table.get_item(Key=key, ConsistentRead=True).get("Item")
    if package is None:
        raise NotFoundError(f"there is no package {cancellation['package_id']}")
    left = _left_after(package, cancellation)
    try:
        table.update_item(
            Key=key,
            UpdateExpression="SET #left = :left, waiting = list_append(waiting, :new), version = version + :one",
            ConditionExpression="version = :version",
            ExpressionAttributeNames={"#left": "left"},
            ExpressionAttributeValues={
                ":left": left,
                ":new": [{"lines": cancellation["lines"], "reason": cancellation["reason_id"]}],
                ":one": 1,
                ":version": package["version"],
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise BadRequestError("the package was changed meanwhile; repeat the request") from error
    logger.info("cancellation accepted", package_id=cancellation["package_id"])
    return {"accepted": True}


def _left_after(package: dict[str, Any], cancellation: dict[str, Any]) -> dict[str, Decimal]:
    if package["storefront"] != cancellation["storefront"] or package["status"] not in CANCELLABLE:
        raise BadRequestError("the package cannot be cancelled from")
    left: dict[str, Decimal] = dict(package["left"])
    for line in cancellation["lines"]:
        line_id = str(line["lineId"])
        if left.get(line_id, Decimal(0)) < line["quantity"]:
            raise BadRequestError(f"line {line_id} has too few units left")
        left[line_id] -= line["quantity"]
    return left


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry."""
    return app.resolve(event, context)
