"""Passwords in addresses are hidden wherever an address is shown or stored."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from data.io.database import redacted_url
from data.io.load import check_rows, load
from data.io.redact import (
    MAX_MESSAGE,
    describe_damage,
    describe_library_error,
    redact_secrets,
    shorten,
)
from data.io.rows import UnreadableInput
from data.io.sources import File
from data.schema import Motion


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("API request to http://ann:S3CRET@h:9/api failed", "http://ann:***@h:9/api failed"),
        ("sftp://ann:S3@CRET@h/x.csv", "sftp://ann:***@h/x.csv"),
        ("https://h/x.csv?sig=S3CRET&v=1", "https://h/x.csv?sig=***&v=1"),
        ("https://h/x?X-Amz-Signature=S3CRET", "https://h/x?X-Amz-Signature=***"),
    ],
)
def test_secrets_are_hidden(text: str, expected: str) -> None:
    assert redact_secrets(text).endswith(expected)


@pytest.mark.parametrize(
    "text", ["listens at http://127.0.0.1:8000/v1/predict", "models:/enjoin@champion, 3:1 @ noon"]
)
def test_other_text_is_unchanged(text: str) -> None:
    assert redact_secrets(text) == text


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://h/db?user=ann&password=S3CRET",
        "postgresql+psycopg://ann:S3CRET@h/db?sslpassword=S3CRET",
    ],
)
def test_a_database_address_hides_passwords_in_its_options(url: str) -> None:
    assert "S3CRET" not in redacted_url(url)


def test_the_identity_of_a_file_hides_its_password(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("motion\n")
    address = "http://ann:S3CRET@h/x.csv"
    system = SimpleNamespace(open=lambda path, mode: (tmp_path / "x.csv").open(mode))
    file = File(address, address, system, "csv", "", 7, "")
    assert file.identity()["file"] == "http://ann:***@h/x.csv"


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda: b"secret \xe9".decode(), "byte 8 is not UTF-8"),
        (lambda: json.loads('{"secret": secret}'), "not JSON at line 1, column 12"),
        (lambda: {"secret": 1}["columns"], "columns is missing"),
        (lambda: {"a": 1}["words of a secret"], "KeyError in <lambda>"),
        (lambda: float("secret"), "ValueError in <lambda>"),
        (lambda: Path("/no/such/secret").read_text(), "No such file or directory"),
    ],
)
def test_what_is_damaged_is_told_without_its_words(
    read: Callable[[], object], expected: str
) -> None:
    with pytest.raises((OSError, KeyError, ValueError)) as error:
        read()
    assert describe_damage(error.value) == expected


def test_a_message_is_shortened() -> None:
    assert shorten("one\ntwo  http://a:b@c") == "one two http://a:***@c"
    assert len(shorten("word " * 100)) == MAX_MESSAGE


WORDS = "Qzymurgy told counsel"


@pytest.mark.parametrize(
    "row",
    [
        {"motion_type": "tro", "motion": [WORDS]},
        {"motion_type": "tro", "motion": {WORDS: WORDS}},
        {"motion_type": "tro", "motion": "x", "opposition": [WORDS, 3]},
        {"motion_type": "tro", "motion": "x", "quotes": WORDS},
        {"motion_type": "tro", "motion": "x", "summary": [WORDS]},
        [WORDS],
        WORDS,
    ],
)
def test_a_row_that_does_not_fit_is_named_without_its_words(row: object) -> None:
    rejects = check_rows([row], Motion, strict=isinstance(row, dict)).rejects
    assert rejects, "the row fits"
    assert "Qzymurgy" not in str(rejects[0])
    assert "row 1: " in str(rejects[0])


def test_a_line_that_is_not_json_is_named_without_its_words(tmp_path: Path) -> None:
    lines = [f'{{"id": {WORDS}}}', '{"motion_type": "tro", "motion": "x"}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    assert "Qzymurgy" not in str(load(tmp_path / "a.jsonl", Motion).rejects[0])


def test_a_file_that_is_not_gzip_is_named_without_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_text(WORDS)
    with pytest.raises(UnreadableInput, match="not gzip") as raised:
        load(tmp_path / "a.jsonl.gz", Motion)
    assert WORDS[:2] not in str(raised.value).replace(str(tmp_path), "")


def test_errors_of_validation_and_databases_are_told_without_values() -> None:
    with pytest.raises(ValidationError) as raised:
        Motion.model_validate({"motion_type": WORDS, "motion": [WORDS]})
    assert "Qzymurgy" not in describe_damage(raised.value)
    assert "motion_type" in describe_damage(raised.value)
    error = RuntimeError(f'invalid input syntax for type integer: "{WORDS}"\nLINE 1: {WORDS}')
    told = describe_library_error(error)
    assert told == 'invalid input syntax for type integer: "..."'
    assert len(describe_library_error(RuntimeError("x" * 1000))) <= MAX_MESSAGE


def test_a_table_without_a_header_is_named_without_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'x,"{WORDS * 5}"\ny,z\n')
    with pytest.raises(UnreadableInput, match="a name of") as raised:
        load(tmp_path / "a.csv", Motion)
    assert "Qzymurgy" not in str(raised.value)
