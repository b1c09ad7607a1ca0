"""Remember where a registered model is, so that MLflow is imported only once its store has changed.

To import MLflow and ask a registry in an SQLite file takes two seconds, as long as all the rest of
a prediction. What was found is kept in the user's cache with the state of the file, and holds while
the file, the settings of MLflow and the model's files are the same.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.io.atomic import atomic_write
from data.io.cache import cache_dir, make_cache_folder, read_own_file, report_unusable_cache
from train.model.store import model_digest

SETTLED_SECONDS = 2.0
"""How long a store must not have changed: a file system's clock ticks in milliseconds."""
_DEFAULT_STORES = ("mlflow.db", "mlruns")
"""What in the current folder decides which store MLflow uses by default."""


@dataclass(frozen=True)
class RememberedModel:
    """What is remembered of an MLflow address, asked for with the settings of this moment.

    Attributes
    ----------
    path
        The file that remembers it.
    asked
        When it was asked for, in seconds since the epoch.
    """

    path: Path
    asked: float

    @classmethod
    def of(cls, source: str | None) -> "RememberedModel":
        """Return what is remembered of an address, or of the default model."""
        settings = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
        here = Path.cwd()
        stores = [(here / name).exists() for name in _DEFAULT_STORES]
        asked = json.dumps([source, str(here), stores, settings], sort_keys=True)
        name = hashlib.sha256(asked.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return cls(cache_dir() / f"model-{name}.json", time.time())

    def recall(self) -> tuple[Path, str | None] | None:
        """Return the folder and version that were found; None if they may be others now."""
        content = read_own_file(self.path)
        if content is None:
            return None
        try:
            record = json.loads(content)
            folder, version = Path(record["folder"]), record["version"]
            if record["store"] != _state(Path(record["store_file"])):
                return None
            return (folder, version) if model_digest(folder) == record["digest"] else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def keep(self, folder: Path, version: str | None, store_file: Path) -> None:
        """Remember what was found in a registry in an SQLite file, if it had not just changed."""
        try:
            state = _state(store_file)
            if store_file.stat().st_mtime > self.asked - SETTLED_SECONDS:
                return
            record = {
                "store_file": str(store_file.absolute()),
                "store": state,
                "folder": str(folder.absolute()),
                "version": version,
                "digest": model_digest(folder),
            }
            make_cache_folder()
            with atomic_write(self.path) as temporary:
                temporary.write_text(json.dumps(record), encoding="utf-8")
        except OSError as error:
            report_unusable_cache(error)


def _state(store_file: Path) -> list[list[int] | None]:
    """Return what changes when an SQLite file does, its journals included."""
    return list(_states_of_files(store_file))


def _states_of_files(store_file: Path) -> Iterator[list[int] | None]:
    for suffix in ("", "-wal", "-journal"):
        try:
            status = os.stat(f"{store_file}{suffix}")
            yield [status.st_mtime_ns, status.st_size, status.st_ino]
        except FileNotFoundError:
            yield None
