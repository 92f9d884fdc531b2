"""docs/errors.md says what the code does."""

from cleave.domain.refusals import RefusalCode
from cleave_cli.errors_table import DOCUMENT, MEANINGS, render, written_answers


def test_the_document_is_what_the_code_would_write() -> None:
    assert DOCUMENT.read_text() == render(), "run: python -m cleave_cli.errors_table"


def test_every_refusal_has_a_key_of_its_own_and_a_meaning() -> None:
    assert len({code.key for code in RefusalCode}) == len(RefusalCode)
    assert set(MEANINGS) == set(RefusalCode)


def test_each_status_that_api_gateway_answers_is_written_by_us() -> None:
    statuses = {status for _, status, _ in written_answers()}
    assert statuses == {"401", "403", "404", "405", "413", "415", "429", "its own"}
