"""Files that nobody meant to give a command: it says in one sentence which, where and why, and ends with a status."""

import fcntl
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cleave_cli.errors import AlreadyRunningError, CleaveError
from cleave_cli.import_rows import UnreadableFileError, read_rows
from cleave_cli.import_state import ImportState
from cleave_cli.lock import run_lock
from cleave_cli.main import app
from typer.testing import CliRunner

ROW = {"shipmentPackageId": 1, "supplierId": 20811}
TEXT = json.dumps(ROW)
KEY = {"api_key": "k", "api_secret": "s"}
SELLERS = [{"seller_id": 20811, "store_front_code": "DE", **KEY}]
CHANNELS = [{"client_id": "c", "client_secret": "s"}]
LOCAL = {"base_url": "http://x", "sellers": SELLERS, "channels": CHANNELS, "operator": KEY, "support": KEY}


def faults(path: Path, content: bytes) -> list[tuple[str, str | None]]:
    path.write_bytes(content)
    return [(row.place, row.fault) for row in read_rows(path)]


LINES = {
    "in UTF-16": (f"{TEXT}".encode("utf-16"), "is not UTF-8"),
    "bytes that are no text": (b'{"a": "\xff"}', "is not UTF-8"),
    "NUL bytes": (b"\0\0", "is not JSON: Expecting value, at character 1"),
    "cut off": (b'{"a": 1', "is not JSON: Expecting ',' delimiter, at character 8"),
    "a name twice": (b'{"a": {"b": 1, "b": 2}}', "has 'b' twice in one object"),
    "a number without end": (b'{"a": 1' + b"0" * 5000 + b"}", "has a number that is too long or too large"),
    "a number beyond all": (b'{"a": 1e999}', "has a number that is too long or too large"),
    "no number": (b'{"a": NaN}', "has a number that is too long or too large"),
    "lists in lists": (b"[" * 100_000, "is nested too deep"),
    "half of a character": (b'{"a": "\\ud800"}', "has half of a character (\\ud800 to \\udfff)"),
    "CSV": (b"id;quantity", "is not JSON: Expecting value, at character 1"),
}


@pytest.mark.parametrize("what", LINES)
def test_an_odd_line_is_a_row_with_its_fault_and_the_others_are_read(tmp_path: Path, what: str) -> None:
    line, fault = LINES[what]
    found = faults(tmp_path / "orders.jsonl", b"\r\n".join([TEXT.encode(), line, TEXT.encode()]))
    assert found == [("line 1", None), ("line 2", fault), ("line 3", None)]


@pytest.mark.parametrize("what", LINES)
def test_an_odd_file_of_json_is_refused_whole(tmp_path: Path, what: str) -> None:
    content, fault = LINES[what]
    with pytest.raises(UnreadableFileError) as refused:
        faults(tmp_path / "orders.json", content)
    assert str(refused.value) == f"{tmp_path / 'orders.json'} {fault}."


def test_json_over_many_lines_has_its_fault_in_one_place(tmp_path: Path) -> None:
    text = json.dumps([ROW, ROW, ROW], indent=2)
    with pytest.raises(UnreadableFileError, match=r"is not JSON: Expecting .* at line 13, character 4"):
        faults(tmp_path / "orders.json", text[: text.rindex("}") + 1].encode())


def test_marks_and_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + f"{TEXT}\r\n\r\n{TEXT}".encode()
    assert faults(tmp_path / "orders.jsonl", content) == [("line 1", None), ("line 3", None)]
    assert faults(tmp_path / "orders.json", content) == [("line 1", None), ("line 3", None)]
    assert faults(tmp_path / "one.json", b"\xef\xbb\xbf" + TEXT.encode()) == [("row", None)]


def test_a_line_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    content = b'"' + b"a" * (100 * 2**20) + b'"\n' + TEXT.encode()
    long = ("line 1", "is longer than 32 MB; put each row on a line of its own")
    assert faults(tmp_path / "orders.jsonl", content) == [long, ("line 2", None)]


def test_a_file_without_rows_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="is empty"):
        faults(tmp_path / "orders.jsonl", b"")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFileError, match="is not a file, and an import reads it twice"):
        list(read_rows(tmp_path / "pipe"))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What an import of one row says on standard error when it fails; its state is in ``tmp_path``."""
    for name in ("CLEAVE_BASE_URL", "CLEAVE_SELLER_ID", "CLEAVE_CLIENT_ID", "CLEAVE_OPERATOR_KEY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "orders.jsonl").write_text(TEXT)

    def run(state: Path = tmp_path, **environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(f"CLEAVE_{name}", value)
        result = CliRunner().invoke(app, ["import", str(tmp_path / "orders.jsonl"), "--state", str(state)])
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.exception
        return result.stderr

    return run


ENVIRONMENTS = {
    "no URL": ({"BASE_URL": "nonsense"}, "'nonsense' is no base URL; it begins with https://."),
    "half a URL": ({"BASE_URL": "http://[::1"}, "'http://[::1' is no base URL; it begins with https://."),
    "half a number": ({"SELLER_ID": "²"}, "CLEAVE_SELLER_ID is not a number."),
    "a number without end": ({"SELLER_ID": "9" * 5000}, "CLEAVE_SELLER_ID is not a number."),
    "bytes": ({"SELLER_ID": "1", "API_KEY": "k\udcff"}, "CLEAVE_API_KEY has characters that no credential has."),
}


@pytest.mark.parametrize("what", ENVIRONMENTS)
def test_an_odd_variable_is_named(told: Callable[..., str], what: str) -> None:
    variables, sentence = ENVIRONMENTS[what]
    assert told(**({"BASE_URL": "http://x"} | variables)) == f"Failed: {sentence}\n"


DAMAGED = {
    "too deep": "[" * 100_000,
    "bytes": "\udcff",
    "a list": json.dumps([LOCAL]),
    "no sellers": json.dumps(LOCAL | {"sellers": []}),
    "a number of sellers": json.dumps(LOCAL | {"sellers": 7}),
    "a seller without a key": json.dumps(LOCAL | {"sellers": [{"seller_id": 20811}]}),
    "no operator": json.dumps(LOCAL | {"operator": {}}),
    "a number for an address": json.dumps(LOCAL | {"base_url": 5}),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_of_the_stack_is_named(told: Callable[..., str], tmp_path: Path, content: str) -> None:
    (tmp_path / "local.json").write_text(content, errors="surrogateescape")
    assert told() == f"Failed: {tmp_path}/local.json is damaged, or another version wrote it. Start the stack again.\n"


def test_a_folder_in_place_of_a_file_is_named(told: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "local.json").mkdir()
    assert told() == f"Failed: {tmp_path}/local.json: Is a directory.\n"


def test_a_place_where_no_progress_can_be_kept_is_named_and_nothing_is_sent(
    told: Callable[..., str], tmp_path: Path
) -> None:
    state = tmp_path / "orders.jsonl"
    assert told(state, BASE_URL="http://x") == f"Failed: {state}/imports: Not a directory.\n"


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """No file may grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_row_that_cannot_be_noted_is_said_to_be_sent_once_more(tmp_path: Path) -> None:
    with ImportState(tmp_path / "done") as done:
        done.add("a" * 32)
        with no_room_beyond(40), pytest.raises(CleaveError) as told:
            done.add("b" * 32)
    words = "The last row is imported, but not noted: the same command will send it once more."
    assert str(told.value) == f"{tmp_path / 'done'}: File too large. {words}"
    with ImportState(tmp_path / "done") as again:
        assert [name * 32 in again for name in "ab"] == [True, False]


@pytest.mark.parametrize("content", ["", "7", "[]", "\udcff", "[" * 100_000])
def test_a_lock_that_is_held_is_reported_whatever_it_says(tmp_path: Path, content: str) -> None:
    (tmp_path / "lock").write_text(content, errors="surrogateescape")
    with (tmp_path / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunningError, match="Cleave is already"), run_lock(tmp_path / "lock"):
            pass


def test_a_reader_who_has_enough_ends_the_command_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "orders.jsonl").write_text('{"a": 1}\n' * 20_000)
    program = [sys.executable, "-c", "from cleave_cli.main import app; app()", "import", str(tmp_path / "orders.jsonl")]
    environment = os.environ | {"CLEAVE_BASE_URL": "http://x", "CLEAVE_STATE": str(tmp_path)}
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"line 1: is neither")
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait()) == (b"", 1)
