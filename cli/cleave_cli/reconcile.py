"""`cleave reconcile`: do overdue work now, whether or not the schedule runs."""

import json

from botocore.config import Config

from cleave_cli.console import show
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors

# The function has a minute; a client that gives up earlier would start it once more.
_PATIENT = Config(read_timeout=90, retries={"total_max_attempts": 1})


@reporting_errors()
def reconcile(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Do all work that has been due for a minute, and probe receivers whose time has come; status 1 if some fails.

    The function does it under its own role, as each minute; at the same time as the schedule it does no harm.
    """
    found = find_stack(stack, state)
    functions = found.session.client("lambda", endpoint_url=found.endpoint, config=_PATIENT)
    answer = functions.invoke(FunctionName=found.outputs["ReconcileFunctionName"])
    counts = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise CleaveError(f"The function failed: {counts.get('errorType', 'no reason given')}. Its log says why.")
    words = f"{counts['done']} done, {counts['failed']} failed, {counts['woken']} tracks and receivers looked at."
    show(counts, words, as_json=as_json)
    if counts["failed"]:
        raise CleaveError("What failed stays due. The query `stream` says why.")
