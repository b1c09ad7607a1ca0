"""Score chunks on the workers of a Dask cluster, and give them back in order."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from data.io.chunks import Chunk
from serve.batch.chunk import Wanted
from serve.batch.local_pool import score_with
from serve.model_source import Located
from serve.predictor import Predictor
from train.cluster import AHEAD, PATIENCE, begun_ahead, connected

if TYPE_CHECKING:
    from distributed import Client

RETRIES = 3
"""Times that a chunk is begun again where it fails; one whose worker died always is, up to Dask's
own `allowed-failures`."""


def scored_on(
    address: str, chunks: Iterable[Chunk], predictor: Predictor, located: Located, wanted: Wanted
) -> Iterator[tuple[Chunk, bytes]]:
    """Score chunks on a cluster and yield each with its scores, in order.

    Each worker is sent the model once, those too that join later. A chunk whose worker dies is
    scored by another.

    Parameters
    ----------
    address
        The scheduler's, such as `tcp://127.0.0.1:8786`.

    Raises
    ------
    ValueError
        If Dask is not installed, or a worker has another version of the program.
    ConnectionError
        If no scheduler answers, or its workers are lost and do not come back.
    """
    with connected(address) as cluster:
        from serve.batch.model_plugin import ModelPlugin

        plugin = ModelPlugin.of(located.folder)
        cluster.client.register_plugin(plugin)

        def begin(chunk: Chunk) -> Any:
            # Sent through the scheduler, which keeps it for when the worker dies.
            names = plugin.name, predictor.version, predictor.digest
            return cluster.client.submit(_score, chunk, names, wanted, pure=False, retries=RETRIES)

        try:
            for done, future in begun_ahead(chunks, begin, AHEAD * cluster.threads):
                yield done, _result(cluster.client, future)
        finally:
            with suppress(OSError):  # as of a scheduler that is gone
                cluster.client.unregister_worker_plugin(plugin.name)


def _score(chunk: Chunk, names: tuple[str, str, str], wanted: Wanted) -> bytes:
    from distributed import get_worker

    from serve.batch.model_plugin import folder_on

    plugin, version, digest = names
    folder = str(folder_on(get_worker(), plugin))
    return score_with(chunk, (folder, version, digest), wanted)


def _result(client: "Client", future: Any) -> bytes:
    """Wait for a chunk as long as there are workers, or there were some a little while ago."""
    waits_without = 0
    while True:
        try:
            found: bytes = future.result(timeout=PATIENCE)
            return found
        except TimeoutError:
            waits_without = 0 if client.nthreads() else waits_without + 1
            if waits_without > 1:
                raise ConnectionError(
                    "all workers of the cluster are lost; their logs may say why. Go on with "
                    "--resume once some are back"
                ) from None
