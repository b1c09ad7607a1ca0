"""Passwords in addresses: hidden wherever an address is shown or kept."""

from types import SimpleNamespace
from typing import Any

import pytest
import typer

from data.io.database import redacted_url
from data.io.redact import redact_secrets
from data.io.sources import File
from enjoin.terminal import echo, exit_on_user_error, warn
from serve.http.model_watcher import ModelWatcher


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ("API request to http://ann:S3CRET@h:9/api failed", "http://ann:***@h:9/api failed"),
        ("sftp://ann:S3@CRET@h/x.csv", "sftp://ann:***@h/x.csv"),
        ("https://h/x.csv?sig=S3CRET&v=1", "https://h/x.csv?sig=***&v=1"),
        ("https://h/x?X-Amz-Signature=S3CRET", "https://h/x?X-Amz-Signature=***"),
    ],
)
def test_secrets_are_hidden(given: str, hidden: str) -> None:
    assert redact_secrets(given).endswith(hidden)


@pytest.mark.parametrize(
    "words",
    ["listens at http://127.0.0.1:8000/v1/predict", "models:/enjoin@champion, 3:1 @ noon"],
)
def test_nothing_else_is(words: str) -> None:
    assert redact_secrets(words) == words


def test_a_database_is_shown_without_a_password_in_its_options() -> None:
    assert "S3CRET" not in redacted_url("postgresql+psycopg://h/db?user=ann&password=S3CRET")
    assert "S3CRET" not in redacted_url("postgresql+psycopg://ann:S3CRET@h/db?sslpassword=S3CRET")


def test_what_finished_chunks_belong_to_holds_no_password(tmp_path: Any) -> None:
    (tmp_path / "x.csv").write_text("motion\n")
    address = "http://ann:S3CRET@h/x.csv"
    system = SimpleNamespace(open=lambda path, mode: (tmp_path / "x.csv").open(mode))
    file = File(address, address, system, "csv", "", 7, "")
    assert file.identity()["file"] == "http://ann:***@h/x.csv"


def test_the_terminal_shows_none(capsys: pytest.CaptureFixture[str]) -> None:
    echo("scored -> ftp://ann:S3CRET@h/scored.csv")
    warn("no ftp://ann:S3CRET@h/scored.csv")
    with pytest.raises(typer.Exit), exit_on_user_error():
        raise ValueError("cannot open ftp://ann:S3CRET@h/scored.csv")
    printed = capsys.readouterr()
    assert "S3CRET" not in printed.out + printed.err
    assert (printed.out + printed.err).count("ann:***@h/scored.csv") == 3


def test_neither_health_nor_log_tells_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(source: str | None) -> str:
        raise OSError("API request to http://ann:S3CRET@h/api failed")

    monkeypatch.setattr("serve.http.model_watcher.wanted", down)
    predictor: Any = SimpleNamespace(version="enjoin/1")
    watcher = ModelWatcher(predictor)
    watcher.poll()
    assert watcher.last_error == (
        "the registry cannot be followed: API request to http://ann:***@h/api failed"
    )
    assert "S3CRET" not in caplog.text
