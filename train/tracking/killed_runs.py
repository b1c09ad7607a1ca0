"""Runs of trainings that were killed: MLflow shows them as running for ever, until they are failed.

A run is failed only where its process is certainly gone: it ran on this machine, in the same
process namespace, and its process id is free or belongs to a process that started later.
"""

import hashlib
import logging
import os
import socket
from pathlib import Path

import psutil

from train.tracking.registry import client
from train.tracking.store import first_line

PLACE, PROCESS, STARTED = "enjoin.place", "enjoin.pid", "enjoin.process_started"
"""Tags of a run: where its process runs, its id there, and when it was started."""
REASON = "enjoin.failed_because"
_TOLERANCE = 2.0
"""Seconds by which the start of a process seems to move when the clock is set."""
_LOG = logging.getLogger("enjoin.train")


def process_tags() -> dict[str, str]:
    """Return the tags by which a later training tells whether this process is gone."""
    return {
        PLACE: _place(),
        PROCESS: str(os.getpid()),
        STARTED: f"{psutil.Process().create_time():.2f}",
    }


def fail_killed_runs() -> list[str]:
    """Mark the runs of processes that are gone as failed; return their ids.

    A store that does not allow it costs nothing but the marks.
    """
    from mlflow.exceptions import MlflowException

    failed = []
    try:
        store = client()
        experiments = [each.experiment_id for each in store.search_experiments()]
        mine = f"attributes.status = 'RUNNING' and tags.`{PLACE}` = '{_place()}'"
        for run in store.search_runs(experiments, mine):
            if _is_gone(run.data.tags):
                run_id = str(run.info.run_id)
                store.set_tag(run_id, REASON, "its process was killed")
                store.set_terminated(run_id, "FAILED")
                failed.append(run_id)
    except MlflowException as error:
        _LOG.warning("runs that were killed could not be marked as failed: %s", first_line(error))
    if failed:
        _LOG.info("marked as failed, as their processes were killed: runs %s", ", ".join(failed))
    return failed


def _is_gone(tags: dict[str, str]) -> bool:
    try:
        pid, started = int(tags[PROCESS]), float(tags[STARTED])
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        return bool(process.create_time() > started + _TOLERANCE)
    except psutil.NoSuchProcess:
        return True
    except (KeyError, ValueError, psutil.Error):  # nothing certain is known
        return False


def _place() -> str:
    """Return what names this machine and, in a container, the container."""
    try:
        machine = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        machine = ""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    name = f"{socket.gethostname()}\n{machine}\n{namespace}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]
