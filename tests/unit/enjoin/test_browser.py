"""No other user of the machine sees the key of an address that is opened."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from data.embedded import embedded_rulings
from enjoin.browser import opened_in_browser
from tests.support.worksheets import told_at_start

ADDRESS = 'http://127.0.0.1:8000/#the-key"&amp'


def test_the_browser_gets_a_file_that_only_this_user_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr("typer.launch", given.append)
    with opened_in_browser(ADDRESS, tmp_path):
        (address,) = given
        assert "the-key" not in address
        page = Path(unquote(urlsplit(address).path))
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        assert 'url=http://127.0.0.1:8000/#the-key&quot;&amp;amp"' in page.read_text()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worksheet_hands_its_key_to_no_other_program(
    tmp_path: Path, number: signal.Signals
) -> None:
    docket = tmp_path / "docket.jsonl"
    docket.write_text(embedded_rulings()[0].model_dump_json())
    (programs := tmp_path / "bin").mkdir()
    seen = tmp_path / "seen.json"
    for name in ("xdg-open", "open"):
        (programs / name).write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            f"json.dump([sys.argv, dict(os.environ)], open({str(seen) + '.new'!r}, 'w'))\n"
            f"os.rename({str(seen) + '.new'!r}, {str(seen)!r})\n"
        )
        (programs / name).chmod(0o755)
    (out := tmp_path / "out").mkdir()
    command = [sys.executable, "-m", "enjoin", "worksheet", docket, out / "ann.jsonl", "--open"]
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # nohup has SIGHUP ignored
    )
    found = re.search(r"#(\S+)", told_at_start(process))
    assert found
    for _ in range(600):
        if seen.exists():
            break
        time.sleep(0.05)
    assert found[1] not in json.dumps(json.loads(seen.read_text()))
    process.send_signal(number)
    assert process.wait(60) == 0
    assert {path.name for path in out.iterdir()} == {"ann.jsonl.worksheet"}
