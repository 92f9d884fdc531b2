"""The stage's dashboards. The template holds each in one line, which ``python -m cleave_cli.dashboards`` writes."""
