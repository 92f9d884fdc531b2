"""Writes the boards into template.yaml: ``python -m cleave_cli.dashboards``."""

from cleave_cli.dashboards.written import TEMPLATE, written

if __name__ == "__main__":
    TEMPLATE.write_text(written(TEMPLATE.read_text()))
