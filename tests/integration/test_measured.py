"""Measurements that several workers share."""

import os
import subprocess
import sys
from pathlib import Path

from serve.http.metrics import SHARED_FOLDER

_WORKER = """
from types import SimpleNamespace
from serve.http.metrics import Measures

measures = Measures()
measures.answers_with(SimpleNamespace(version="{version}", digest="0"))
measures.answers.labels("text").inc()
print(measures.text().decode())
"""


def _asked(folder: Path, version: str) -> list[str]:
    """Return what a worker that answers with a version tells of all; it ends then."""
    script = [sys.executable, "-c", _WORKER.format(version=version)]
    environment = os.environ | {SHARED_FOLDER: str(folder)}
    done = subprocess.run(script, env=environment, capture_output=True, check=True)
    return [line for line in done.stdout.decode().splitlines() if line.startswith("enjoin_")]


def test_a_worker_that_was_ended_answers_with_no_model_but_its_counts_stay(tmp_path: Path) -> None:
    assert 'enjoin_model{digest="0",version="1"} 1.0' in _asked(tmp_path, "1")
    told = _asked(tmp_path, "2")
    assert [line for line in told if line.startswith("enjoin_model{")] == [
        'enjoin_model{digest="0",version="2"} 1.0'
    ]
    assert 'enjoin_answers_total{mode="text"} 2.0' in told
