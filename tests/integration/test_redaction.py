"""Neither terminal, health report nor log shows the password of an address."""

from types import SimpleNamespace
from typing import Any

import pytest
import typer

from enjoin.terminal import echo, exit_on_user_error, warn
from serve.http.model_watcher import ModelWatcher


def test_the_terminal_hides_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    echo("scored -> ftp://ann:S3CRET@h/scored.csv")
    warn("no ftp://ann:S3CRET@h/scored.csv")
    with pytest.raises(typer.Exit), exit_on_user_error():
        raise ValueError("cannot open ftp://ann:S3CRET@h/scored.csv")
    printed = capsys.readouterr()
    assert "S3CRET" not in printed.out + printed.err
    assert (printed.out + printed.err).count("ann:***@h/scored.csv") == 3


def test_health_and_log_hide_passwords(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(source: str | None) -> str:
        raise OSError("API request to http://ann:S3CRET@h/api failed")

    monkeypatch.setattr("serve.http.model_watcher.resolve_source", down)
    predictor: Any = SimpleNamespace(version="enjoin/1")
    watcher = ModelWatcher(predictor, None)
    watcher.poll()
    assert watcher.last_error is not None
    assert "http://ann:***@h/api failed" in watcher.last_error
    assert "S3CRET" not in caplog.text
