"""Several processes that are the first to use a store in one folder."""

import os
import subprocess
import sys
from pathlib import Path

START = """
from train.tracking.experiment import prepare_run
from train.tracking.registry import registry_state
registry_state()
print("ready", flush=True)
input()
prepare_run(registers=True)
print(registry_state())
"""


def test_two_first_trainings_at_once(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW")}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # both have imported everything, and go on at once
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        printed, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
        assert printed == "RegistryState(versions=(), champion=None, challenger=None)\n"
