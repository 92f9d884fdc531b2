"""What API Gateway answers itself, on the local engine: its CloudFormation leaves `GatewayResponses` out."""

from typing import Any

from cleave_cli.deploy import Deployment
from cleave_cli.template import resources


def put_gateway_responses(deployment: Deployment) -> None:
    """Put those of the template, as CloudFormation would have."""
    gateway: Any = deployment.session.client("apigateway", endpoint_url=deployment.endpoint)
    api = deployment.outputs["ApiId"]
    (properties,) = resources("AWS::Serverless::Api").values()
    for name, response in properties["GatewayResponses"].items():
        gateway.put_gateway_response(restApiId=api, responseType=name, **_as_api_gateway_has_it(response))
    gateway.create_deployment(restApiId=api, stageName=deployment.outputs["ApiStage"])


def _as_api_gateway_has_it(response: dict[str, Any]) -> dict[str, Any]:
    headers = response.get("ResponseParameters", {}).get("Headers", {})
    status = {"statusCode": str(response["StatusCode"])} if "StatusCode" in response else {}
    return {
        **status,
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
        "responseTemplates": response["ResponseTemplates"],
    }
