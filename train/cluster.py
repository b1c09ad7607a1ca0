"""A Dask cluster: workers that read papers and fit boosters where rulings outgrow one machine.

Dask pickles what it sends to workers and what they return: whoever can reach the scheduler can run
code on the workers, so keep it on a private network.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from features.build import builder_digest

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 500
"""Motions in a piece of work: some tenths of a second's reading of short papers."""
CONNECT_TIMEOUT = 10
"""Seconds to wait for the scheduler to answer, and again for a first worker."""
PREFETCH_PER_THREAD = 3
"""Items submitted per thread of the workers: enough that none is idle, few enough that memory stays
flat."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Cluster:
    """Workers of a Dask cluster, all of them with this version of the program.

    Attributes
    ----------
    client
        The connection to the scheduler.
    workers
        The addresses of the workers, in order; those that join later are not used.
    threads
        Threads of all workers together.
    """

    client: "Client"
    workers: tuple[str, ...]
    threads: int


@contextmanager
def connect_dask(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler at an address such as `tcp://127.0.0.1:8786`.

    Raises
    ------
    ValueError
        If Dask is not installed, or a worker has another version of the program or lacks it.
    ConnectionError
        If no scheduler answers, it has no workers, or a worker is lost during the work.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ModuleNotFoundError:
        raise ValueError(
            "a cluster needs Dask: pip install 'enjoin[dask]', or pip install '.[dask]' in the "
            "program's folder"
        ) from None
    import lightgbm as lgb

    # LightGBM logs ports and threads several times per booster.
    lgb.register_logger(_quiet_logger())
    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, direct_to_workers=True)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({_in_short(error)}). {_how_to_start(address)}"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_TIMEOUT)
        except TimeoutError:
            raise ConnectionError(
                f"the Dask scheduler at {address} has no workers. {_how_to_start(address, False)}"
            ) from None
        threads = client.nthreads()
        cluster = Cluster(client, tuple(sorted(threads)), sum(threads.values()))
        _check_versions(cluster)
        try:
            yield cluster
        except (CancelledError, CommClosedError, KilledWorker) as error:
            raise ConnectionError(
                f"a worker of {address} was lost ({_in_short(error)}); its log may say why. Run "
                "the command again once it is back"
            ) from error
        except ValueError:
            check_workers(cluster)  # of a lost worker Dask only says "No valid workers found"
            raise


def map_in_order(
    cluster: Cluster | None,
    function: Callable[..., Result],
    items: Iterable[Item],
    *shared: Any,
) -> Iterator[Result]:
    """Apply a function to every item and yield the results in order.

    Parameters
    ----------
    cluster
        Where; None for this process.
    function
        Takes an item and then `shared`; at the top level of a module, so that it can be pickled.
    items
        Consumed as workers become free.
    shared
        Arguments that are the same for every item; each worker is sent them once.
    """
    if cluster is None:
        yield from (function(item, *shared) for item in items)
        return
    check_workers(cluster)
    client = cluster.client
    # Wrapped in a list, since Dask scatters the elements of a list one by one.
    shared_there = client.scatter(list(shared), broadcast=True, hash=False) if shared else []

    def submit(numbered: tuple[int, Item]) -> Any:
        number, item = numbered
        # Sent past the scheduler, which would keep it; an idle worker may still take it over.
        worker = cluster.workers[number % len(cluster.workers)]
        (item_there,) = client.scatter([item], workers=[worker], hash=False)
        return client.submit(function, item_there, *shared_there, pure=False)

    for _, future in prefetch(enumerate(items), submit, PREFETCH_PER_THREAD * cluster.threads):
        yield future.result()


def prefetch(
    items: Iterable[Item], submit: Callable[[Item], Result], limit: int
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its future, in order, with at most `limit` submitted ahead.

    Parameters
    ----------
    submit
        Starts the work on an item and returns its future.
    """
    pending: deque[tuple[Item, Result]] = deque()
    for item in items:
        if len(pending) >= limit:
            yield pending.popleft()
        pending.append((item, submit(item)))
    while pending:
        yield pending.popleft()


def check_workers(cluster: Cluster) -> None:
    """Check that no worker was lost: work bound to it would wait for ever.

    Raises
    ------
    ConnectionError
        If one was; should it return, it does so under another address.
    """
    lost = set(cluster.workers) - set(cluster.client.nthreads())
    if lost:
        raise ConnectionError(f"worker {min(lost)} was lost; its log may say why. Run again")


def in_chunks(rows: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """Yield the rows in chunks."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _check_versions(cluster: Cluster) -> None:
    required = _versions()
    versions = dict(cluster.client.run(_versions, on_error="return"))
    try:
        # The scheduler needs the program too, to unpickle the work that it hands out.
        versions["scheduler"] = cluster.client.run_on_scheduler(_versions)
    except Exception as error:
        versions["scheduler"] = error
    for address, installed in versions.items():
        if isinstance(installed, Exception):
            raise ValueError(
                f"{address} cannot run this program ({_in_short(installed)}): install enjoin "
                f"{required['enjoin']} with its dask extra in its environment"
            )
        differing = [
            f"{name} {installed[name]} (here {required[name]})"
            for name in required
            if installed[name] != required[name]
        ]
        if differing:
            raise ValueError(f"{address} has {', '.join(differing)}; install the same there")


def _versions() -> dict[str, str]:
    """Return what must be the same on the client, the scheduler and every worker."""
    return {
        "enjoin": version("enjoin"),
        "lightgbm": version("lightgbm"),
        "feature source": builder_digest()[:12],
    }


def _how_to_start(address: str, scheduler: bool = True) -> str:
    port = address.rpartition(":")[2]
    if not port.isdigit():
        address, port = "tcp://HOST:8786", "8786"
    what = f"one with `dask scheduler --port {port}`, then workers" if scheduler else "some"
    return (
        f"Start {what} on every machine with `dask worker {address} --nworkers auto --nthreads 1`, "
        "in an environment with enjoin and its dask extra"
    )


def _in_short(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("lightgbm")
    logger.setLevel(logging.ERROR)
    return logger
