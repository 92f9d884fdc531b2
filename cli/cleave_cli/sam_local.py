"""`cleave env --sam-local FILE`: the variables with which `sam local --env-vars FILE` works on the running stack."""

import json
import os
from pathlib import Path

from cleave_cli.containers import for_containers
from cleave_cli.credentials import read_endpoint
from cleave_cli.invoke import deployed_variables
from cleave_cli.template import resources


def write_variables(file: Path, local_json: Path) -> None:
    """Each function's variables as deployed, with addresses that containers reach; readable by this user only."""
    endpoint = read_endpoint(local_json)
    variables = deployed_variables(resources("AWS::Serverless::Function"), endpoint)
    content = for_containers(json.dumps(variables, indent=2), endpoint)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(content + "\n")
