"""Score chunks on the workers of a Dask cluster (needs the extra `dask`).

Not joblib's Dask backend: it reads the input ahead without limit when results are consumed slowly,
and waits forever if all workers are lost.
"""

import io
import tarfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from data.io.chunks import Chunk
from serve.batch.chunk import OutputOptions, score_chunk
from serve.model_source import LocatedModel
from serve.predictor import Predictor
from train.cluster import CONNECT_TIMEOUT, PREFETCH_PER_THREAD, connect_dask, prefetch

if TYPE_CHECKING:
    from distributed import Client

RETRIES = 3
"""Times that a failing chunk is tried again. A chunk whose worker died is always tried again, up to
Dask's own `allowed-failures`."""


def score_on_cluster(
    address: str, chunks: Iterable[Chunk], predictor: Predictor, options: OutputOptions
) -> Iterator[tuple[Chunk, bytes]]:
    """Score chunks on a cluster and yield each with its scores, in order.

    Each worker gets the model once, including workers that join later. If a worker dies, another
    one scores its chunks.

    Parameters
    ----------
    address
        The scheduler's, such as `tcp://127.0.0.1:8786`.

    Raises
    ------
    ValueError
        If Dask is not installed, or a worker has another version of the program.
    ConnectionError
        If no scheduler answers, or all workers are lost and do not come back.
    """
    with connect_dask(address) as cluster:
        client = cluster.client
        # A task, not scattered data: the scheduler can repeat it when the workers that had its
        # result die.
        packed = client.submit(_hold, pack_folder(predictor.folder), pure=False, retries=RETRIES)

        def submit(chunk: Chunk) -> Any:
            return client.submit(
                _score_on_worker,
                chunk,
                packed,
                predictor.version,
                options,
                pure=False,
                retries=RETRIES,
            )

        for chunk, future in prefetch(chunks, submit, PREFETCH_PER_THREAD * cluster.threads):
            yield chunk, _result(client, future)


def pack_folder(folder: Path) -> bytes:
    """Return the files of a folder as a compressed tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, arcname=".")
    return packed.getvalue()


def _hold(packed: bytes) -> bytes:
    return packed


def _score_on_worker(chunk: Chunk, packed: bytes, version: str, options: OutputOptions) -> bytes:
    return score_chunk(_unpack_model(packed, version), chunk, options)


@lru_cache(maxsize=2)  # a worker may live long and be sent the models of many runs
def _unpack_model(packed: bytes, version: str) -> Predictor:
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return Predictor.from_located(LocatedModel(Path(folder), version))


def _result(client: "Client", future: Any) -> bytes:
    """Wait for a chunk; give up if there have been no workers for a while."""
    waits_without_workers = 0
    while True:
        try:
            scored: bytes = future.result(timeout=CONNECT_TIMEOUT)
            return scored
        except TimeoutError:
            waits_without_workers = 0 if client.nthreads() else waits_without_workers + 1
            if waits_without_workers > 1:
                raise ConnectionError(
                    "all workers of the cluster are lost; see their logs. Run again with --resume "
                    "when workers are back"
                ) from None
