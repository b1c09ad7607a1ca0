"""Metrics that several worker processes share."""

import os
import subprocess
import sys
from pathlib import Path

from serve.http.metrics import MULTIPROC_VARIABLE

WORKER = """
from types import SimpleNamespace
from serve.http.metrics import Metrics

metrics = Metrics()
metrics.set_model(SimpleNamespace(version="{version}", digest="0"))
metrics.predictions.labels("text").inc()
print(metrics.text().decode())
"""


def metrics_of_worker(folder: Path, version: str) -> list[str]:
    """Return the totals as a worker with a model reports them; the worker has ended then."""
    script = [sys.executable, "-c", WORKER.format(version=version)]
    environment = os.environ | {MULTIPROC_VARIABLE: str(folder)}
    done = subprocess.run(script, env=environment, capture_output=True, check=True)
    return [line for line in done.stdout.decode().splitlines() if line.startswith("enjoin_")]


def test_a_worker_that_ended_uses_no_model_but_its_counts_stay(tmp_path: Path) -> None:
    assert 'enjoin_model{digest="0",version="1"} 1.0' in metrics_of_worker(tmp_path, "1")
    lines = metrics_of_worker(tmp_path, "2")
    assert [line for line in lines if line.startswith("enjoin_model{")] == [
        'enjoin_model{digest="0",version="2"} 1.0'
    ]
    assert 'enjoin_predictions_total{mode="text"} 2.0' in lines
