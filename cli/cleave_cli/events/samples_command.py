"""`cleave samples`."""

from contextlib import closing

import httpx
from cleave import clock
from cleave.outbound.secrets import SecretBox

from cleave_cli.api import SellerClient
from cleave_cli.console import console
from cleave_cli.credentials import read_endpoint, read_seller
from cleave_cli.errors import CleaveError
from cleave_cli.events.lambda_event import Event
from cleave_cli.events.world import requests, sample_import, store_examples
from cleave_cli.invoke import deployed_variables
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors


@reporting_errors()
def samples(state: StateOption = FOLDER) -> None:
    """Put the data of the good events in events/ into the running local stack, which has to be new."""
    local = StateDir(state).local_json
    stack, endpoint = find_stack(None, state), read_endpoint(local)
    with closing(SellerClient(*read_seller(local)).http) as http:
        for request in (sample_import(), *requests()):
            _send(http, request)
    key = deployed_variables(["CreateWebhookFunction"], endpoint)["CreateWebhookFunction"]["SECRETS_KEY_ID"]
    box = SecretBox(stack.session.client("kms", endpoint_url=endpoint), key)
    store_examples(stack.table, box, clock.now())
    console.print("Every good event of events/ is good now: cleave invoke FUNCTION good")


def _send(http: httpx.Client, request: Event) -> None:
    answer = http.request(request["httpMethod"], request["path"], content=request["body"], headers=request["headers"])
    if answer.is_error:
        raise CleaveError(
            f"{request['path']}: {answer.status_code} {answer.text}\n"
            "The samples need a stack that has seen nothing yet: start it again."
        )
