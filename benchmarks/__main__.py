"""python -m benchmarks [--quick | --long] [NAME …]"""

import argparse
import importlib
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from cleave.observability import logger
from cleave_cli.console import console, step

from benchmarks import report
from benchmarks.scale import Scale, to_nowhere


def main() -> None:
    """Run the benchmarks named, or all, and write their sections of RESULTS.md; a quick run writes to --output only."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(report.ORDER)}; all if none")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="only to see that they run")
    size.add_argument("--long", action="store_true", help="with the largest sizes")
    parser.add_argument("--output", type=Path, default=report.RESULTS, help="instead of benchmarks/RESULTS.md")
    options = parser.parse_args()
    if not set(options.names) <= set(report.ORDER):
        parser.error(f"names: {', '.join(report.ORDER)}")
    to_nowhere(logger)
    console.file = sys.stdout  # whatever stands there later
    scale = Scale(quick=options.quick, long=options.long)
    for name in options.names or report.ORDER:
        _run(name, scale, options.output)


def _run(name: str, scale: Scale, output: Path) -> None:
    module: Any = importlib.import_module(f"benchmarks.{name}")
    with step(module.TITLE), redirect_stdout(Path(os.devnull).open("w")):  # where metrics are written
        body = module.run(scale)
    report.write_section(output, name, module.TITLE, body)


if __name__ == "__main__":
    main()
