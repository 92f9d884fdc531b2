"""Setting up leaves alone what is not this checkout's."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cleave_cli import bootstrap

NAME = ".venv-linked"


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another checkout's environment, which this one has a link to."""
    environment = tmp_path / "theirs"
    environment.mkdir()
    (environment / bootstrap.STAMP).write_text("made for another checkout")
    (tmp_path / NAME).symlink_to(environment)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "UV_ENVIRONMENT", tmp_path / NAME)
    monkeypatch.setattr(bootstrap, "run", run)
    return environment


def run(command: list[str]) -> None:
    """Of all that setting up runs, only making an environment matters here."""
    if command[1] == "venv":
        Path(command[-1]).mkdir()


@pytest.mark.parametrize(
    "ensure", [bootstrap.ensure_uv, lambda: bootstrap.ensure_environment(NAME, None, "a test")], ids=["uv", "other"]
)
def test_an_environment_that_is_a_link_is_made_anew_beside_what_it_led_to(
    theirs: Path, ensure: Callable[[], None]
) -> None:
    ensure()
    assert not (theirs.parent / NAME).is_symlink()
    assert (theirs.parent / NAME / bootstrap.STAMP).is_file()
    assert [(each.name, each.read_text()) for each in theirs.iterdir()] == [
        (bootstrap.STAMP, "made for another checkout")
    ]
