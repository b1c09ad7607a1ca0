"""Put a model's folder on every worker of a Dask cluster (needs the extra `dask`)."""

import io
import os
import shutil
import tarfile
import tempfile
import uuid
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin


class ModelPlugin(WorkerPlugin):  # type: ignore[misc]
    """Unpacks the model where a worker keeps its files; the scheduler sends it to each worker.

    Its name is of one run: another run with the same model must not remove it when it ends.
    """

    def __init__(self, packed: bytes, name: str) -> None:
        self.packed = packed
        self.name = name

    @classmethod
    def of(cls, folder: Path) -> "ModelPlugin":
        """Pack a model's folder."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(folder, arcname=".")
        return cls(packed.getvalue(), f"enjoin-model-{uuid.uuid4().hex}")

    def setup(self, worker: Any) -> None:
        """Unpack the model, whole or not at all."""
        folder = folder_on(worker, self.name)
        if folder.exists():
            return
        temporary = tempfile.mkdtemp(dir=folder.parent)
        with tarfile.open(fileobj=io.BytesIO(self.packed)) as archive:
            archive.extractall(temporary, filter="data")
        os.replace(temporary, folder)

    def teardown(self, worker: Any) -> None:
        """Remove the model."""
        shutil.rmtree(folder_on(worker, self.name), ignore_errors=True)


def folder_on(worker: Any, name: str) -> Path:
    """Return where a worker has the model that the plugin of that name unpacked."""
    return Path(worker.local_directory) / name
