"""API Gateway's own answers on the local engine, whose CloudFormation leaves `GatewayResponses` out."""

from typing import Any

from cleave_cli.deploy import Deployment
from cleave_cli.template import gateway_answers


def put_gateway_responses(deployment: Deployment) -> None:
    """Add the template's answers, as CloudFormation would."""
    gateway: Any = deployment.session.client("apigateway", endpoint_url=deployment.endpoint)
    api = deployment.outputs["ApiId"]
    for name, status, headers, body in gateway_answers():
        gateway.put_gateway_response(
            restApiId=api,
            responseType=name,
            **({"statusCode": status} if status else {}),
            responseParameters={f"gatewayresponse.header.{header}": value for header, value in headers.items()},
            responseTemplates={"application/json": body},
        )
    gateway.create_deployment(restApiId=api, stageName=deployment.outputs["ApiStage"])
