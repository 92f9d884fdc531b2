"""`cleave preflight`: whether this account takes the stack, before it is deployed; asks and changes nothing."""

import shlex
import tomllib
from dataclasses import asdict
from typing import Annotated

import boto3
import typer
from rich.table import Table as Grid
from rich.text import Text

from cleave_cli.console import grid, show
from cleave_cli.errors import CleaveError
from cleave_cli.options import JsonOption
from cleave_cli.paths import ROOT
from cleave_cli.preflight_checks import Finding, Plan, Verdict, check
from cleave_cli.preflight_facts import read_facts
from cleave_cli.reporting import reporting_errors
from cleave_cli.template import template

_COLOUR = {Verdict.OK: "green", Verdict.WILL_FAIL: "red", Verdict.CANNOT_KNOW: "yellow"}


def preflight(
    config_env: Annotated[str, typer.Option(help="Stage in samconfig.toml, as for sam deploy.")] = "default",
    stack: Annotated[str | None, typer.Option(help="Stack's name, if not the stage's.")] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=VALUE in place of the stage's; repeatable.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Check, point by point, whether this AWS account can take the deployment.

    Asks, and changes nothing. Status 1 if a point will fail.
    """
    with reporting_errors():
        plan = planned(config_env, stack, parameter or [])
        findings = list(check(read_facts(boto3.Session(), plan.stack), plan))
        show([asdict(each) for each in findings], findings_grid(findings), as_json=as_json)
        if any(finding.verdict is Verdict.WILL_FAIL for finding in findings):
            raise typer.Exit(1)


def planned(stage: str, stack: str | None, given: list[str]) -> Plan:
    """The template's defaults, overridden by the stage's parameters, overridden by the given ones. Raises
    CleaveError."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    if stage not in config:
        raise CleaveError(f"samconfig.toml has no {stage}.")
    said = shlex.split(config[stage]["deploy"]["parameters"].get("parameter_overrides", ""))
    defaults = {name: str(each["Default"]) for name, each in template()["Parameters"].items()}
    chosen = dict(each.split("=", 1) for each in [*said, *given] if "=" in each)
    unknown = sorted(chosen.keys() - defaults.keys())
    if unknown:
        raise CleaveError(f"The template has no {', '.join(unknown)}.")
    name = stack or config[stage]["global"]["parameters"]["stack_name"]
    return Plan(name, defaults | chosen, frozenset(chosen))


def findings_grid(findings: list[Finding]) -> Grid:
    """Point by point."""
    shown = grid("point", "", "")
    for each in findings:
        shown.add_row(each.what, Text(each.verdict.value, style=_COLOUR[each.verdict]), each.text)
    return shown
