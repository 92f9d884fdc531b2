"""What CloudFormation gets of the template: its loops written out, then SAM's resources in place of SAM's own kinds."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cleave_cli.paths import ROOT, SAM

type Resources = dict[str, dict[str, Any]]
type Edit = tuple[tuple[str, ...], Any]
"""A path in the template and what stands there instead; None removes it."""

REGION = "eu-central-1"
# What SAM appends to a logical id, so that a changed resource is another one.
_DIGEST = re.compile(r"\b(\w+Function(?:Version)|CleaveLayer|DependenciesLayer|ApiDeployment)[0-9a-f]{10}\b")


@dataclass(frozen=True)
class Variant:
    """``builds`` names what was built of a function or layer, where it is not the same as ever.

    ``literal``: parameters are values before SAM sees them, as AWS::LanguageExtensions does it on AWS. SAM on a
    developer's machine and the local engine leave references. ``routes_of``: only these functions keep their paths,
    which take SAM most of its time.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    builds: Mapping[str, str] = field(default_factory=dict)
    edits: Sequence[Edit] = ()
    literal: bool = False
    region: str = REGION
    routes_of: Sequence[str] | None = None


def processed(variants: Sequence[Variant], template: Path = ROOT / "template.yaml") -> list[dict[str, Any]]:
    """The processed template of each; SAM is started once for all of them."""
    script = ROOT / "tests/support/sam_transform.py"
    command: list[str | Path] = [SAM.parent / "python", script, template]
    given = json.dumps([asdict(variant) for variant in variants])
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    assert done.returncode == 0, done.stderr
    made: list[dict[str, Any]] = json.loads(done.stdout)
    return made


@cache
def standard(**parameters: str) -> Resources:
    """The resources with these parameters and otherwise defaults."""
    (made,) = processed([Variant(parameters)])
    resources: Resources = made["Resources"]
    return resources


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def without_digests(made: Any) -> Any:  # noqa: ANN401 - any part of a processed template
    """The same, with logical ids as if SAM appended no digest to them."""
    return json.loads(_DIGEST.sub(r"\1", json.dumps(made)))
