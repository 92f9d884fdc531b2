"""What is shown of a receiver's answer holds no secret, in whatever form the receiver repeats it."""

import base64
import html
import json
import quopri
import random
import string
import textwrap
import time
import urllib.parse
from collections.abc import Callable

import pytest
from cleave.outbound.redaction import STRUCK, strike_out
from hypothesis import given
from hypothesis import strategies as st

SECRET = 'ab/cd+ef"gh'
FORMS: dict[str, Callable[[str], str]] = {
    "JSON": json.dumps,
    "JSON with each slash escaped": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON with every character escaped": lambda secret: "".join(f"\\u{ord(each):04X}" for each in secret),
    "bytes escaped": lambda secret: "".join(f"\\x{each:02x}" for each in secret.encode()),
    "octal": lambda secret: "".join(f"\\{each:03o}" for each in secret.encode()),
    "URL": lambda secret: urllib.parse.quote(secret, safe=""),
    "a form's field": urllib.parse.quote_plus,
    "every character of a URL": lambda secret: "".join(f"%{each:02x}" for each in secret.encode()),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 for URLs without its end": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 of more": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "base64 behind a word": lambda secret: f"key{base64.b64encode(secret.encode()).decode()}",
    "base32": lambda secret: base64.b32encode(secret.encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "hex in pairs": lambda secret: secret.encode().hex(":"),
    "HTML": html.escape,
    "HTML by numbers": lambda secret: "".join(f"&#{ord(each)};" for each in secret),
    "quoted-printable": lambda secret: "".join(f"={each:02X}" for each in secret.encode()),
    "MIME": lambda secret: quopri.encodestring(secret.encode(), quotetabs=True).decode(),
    "two bytes a character": lambda secret: secret.encode("utf-16-le").decode(errors="replace"),
    "capitals": str.upper,
    "spelled": "-".join,
    "over lines": lambda secret: "\n".join(textwrap.wrap(secret, 6)),
    "over lines of HTML": "<br>\n".join,
    "over lines of base64": lambda secret: "\n".join(textwrap.wrap(base64.b64encode(secret.encode()).decode(), 5)),
    "over lines of hex": lambda secret: "\n".join(textwrap.wrap(secret.encode().hex(), 4)),
    "hex behind a digit": lambda secret: f"a{secret.encode().hex()}",
    "hex with prefixes": lambda secret: ", ".join(f"0x{each:02x}" for each in secret.encode()),
    "a list of bytes": lambda secret: str(list(secret.encode())),
    "a script's escapes": lambda secret: "".join(f"%u{ord(each):04x}" for each in secret),
    "eight digits": lambda secret: "".join(f"\\U{ord(each):08x}" for each in secret),
    "base64 of two bytes a character": lambda secret: base64.b64encode(secret.encode("utf-16-le")).decode(),
    "two bytes a character of base64": lambda secret: (
        base64.b64encode(secret.encode()).decode().encode("utf-16-le").decode()
    ),
    "reversed": lambda secret: secret[::-1],
}
# What an answer as a whole, or a text in it, is written in.
AROUND = ("JSON", "URL", "base64", "hex", "HTML")
PLAIN_SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60).filter(
    lambda secret: sum(map(str.isalnum, secret)) >= 8
)


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_in_another_form_hides_the_whole_text(name: str) -> None:
    said = f"the key {FORMS[name](SECRET)} is not the right one"
    assert strike_out(said, [SECRET]) in {STRUCK, f"the key {STRUCK} is not the right one"}


@given(PLAIN_SECRETS, st.sampled_from(sorted(FORMS)), st.lists(st.sampled_from(AROUND), max_size=2))
def test_no_secret_can_be_read_out_of_what_is_shown(secret: str, form: str, around: list[str]) -> None:
    said = FORMS[form](secret)
    for name in around:
        said = FORMS[name](said)
    shown = strike_out(f"no: {said}.", [secret])
    assert said not in shown or said == STRUCK
    assert secret not in shown


def test_an_escape_has_four_digits_though_a_digit_follows() -> None:
    said = json.dumps("00000000".encode("utf-16-le").decode())
    assert strike_out(said, ["00000000"]) == STRUCK


@pytest.mark.parametrize("form", ["JSON", "base64", "URL", "hex", "HTML by numbers"])
def test_a_secret_of_signs_alone_is_one_too(form: str) -> None:
    secret = r"#$%^&\*!@()_+~?"
    assert strike_out(f"the key {FORMS[form](secret)} is wrong", [secret]) == STRUCK


@pytest.mark.parametrize("between", ["\n", "\t", "\r\n"])
def test_lines_that_are_escaped_are_lines(between: str) -> None:
    said = json.dumps(between.join(textwrap.wrap("what-you-expect-of-us", 5)))
    assert strike_out(said, ["what-you-expect-of-us"]) == STRUCK


def test_only_what_is_shown_is_read() -> None:
    assert (
        strike_out(f"{'.' * 20}{SECRET}{base64.b64encode(SECRET.encode()).decode()}", [SECRET], 23) == "." * 20 + "***"
    )


def test_no_answer_takes_long_to_be_looked_at() -> None:
    junk = random.Random(1)  # noqa: S311 - the same text in each run
    letters = f"{string.ascii_letters}{string.digits}+/=&%;\\<>\n"
    said = ["".join(junk.choices(letters, k=2048)) for _ in range(20)]
    started = time.process_time()
    for each in said:
        strike_out(each, [SECRET, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="], 256)
    assert time.process_time() - started < 5


def test_a_secret_that_stands_as_it_is_is_struck_out_alone() -> None:
    assert strike_out(f"not {SECRET}, nor k or {SECRET}!", ["k", SECRET]) == "not ***, nor *** or ***!"


@pytest.mark.parametrize("part", [slice(0, 12), slice(10, 22), slice(20, None)])
def test_a_part_of_a_secret_hides_the_text_too(part: slice) -> None:
    secret = "what-you-expect-of-us-all-the-time"
    assert strike_out(f"starts with {secret[part]}…", [secret]) == STRUCK


@pytest.mark.parametrize(
    "said", ["", "thanks", '{"error": "unknown package 3330811901", "id": "2f1c9f7e-7b0f-4f9e-8a51-0a8a5b1f2d77"}']
)
def test_what_says_no_secret_is_shown_as_it_is(said: str) -> None:
    assert strike_out(said, [SECRET, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "short"]) == said


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=30), max_size=3))
def test_any_answer_can_be_looked_at(said: str, secrets: list[str]) -> None:
    strike_out(said, secrets)
