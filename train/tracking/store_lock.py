"""One process at a time makes the tables of a store on this machine, or registers in it.

MLflow makes the tables of an SQLite store without a lock: two processes that are the first to use
it fail with a traceback, or leave tables half made.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import portalocker

from train.tracking.store import sqlite_file

WAIT_SECONDS = 120.0
"""How long to wait for another process; making the tables takes a few seconds."""
_ready: set[Path] = set()
"""The stores whose tables are known to be there."""


def make_tables() -> None:
    """Have MLflow make the tables of the store and registry in use, if they are not there.

    Raises
    ------
    ConnectionError
        If another process has been at it for too long.
    mlflow.MlflowException
        If the store cannot be used.
    """
    import mlflow

    for uri in (mlflow.get_tracking_uri(), mlflow.get_registry_uri()):
        path = sqlite_file(uri)
        if path is None or path.absolute() in _ready:
            continue
        with store_lock(uri):
            client = mlflow.MlflowClient()
            client.search_experiments(max_results=1)
            client.search_registered_models(max_results=1)
        _ready.add(path.absolute())


@contextmanager
def store_lock(uri: str) -> Iterator[None]:
    """Keep others out of a store in an SQLite file; for any other store, keep nobody out.

    Raises
    ------
    ConnectionError
        If another process has kept this one out for `WAIT_SECONDS`.
    """
    path = sqlite_file(uri)
    lock = None if path is None else path.absolute().with_name(f".{path.name}.lock")
    if lock is None or not os.access(lock if lock.exists() else lock.parent, os.W_OK):
        with nullcontext():  # who cannot write there makes no tables either
            yield
        return
    try:
        with portalocker.Lock(lock, "a", timeout=WAIT_SECONDS):
            yield
    except portalocker.exceptions.LockException:
        raise ConnectionError(
            f"another process has been using the MLflow store {path} for {WAIT_SECONDS:.0f} s; "
            "wait until it ends, and try again"
        ) from None
