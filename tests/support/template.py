"""The template as data, so that tests use what is deployed and not a copy of it."""

from cleave_cli.paths import ROOT
from cleave_cli.template import resources, template

__all__ = ["ROOT", "resources", "template"]
