"""A Dask cluster: workers that read papers and fit boosters where rulings outgrow one machine.

What is sent to workers and comes back from them is pickled, as Dask does it: whoever can reach
the scheduler can run code on the workers, so keep it on a network of your own.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from features.build import CHUNK, builder_digest

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10
"""Seconds to wait for the scheduler to answer, and then for a first worker."""
AHEAD = 3
"""Pieces of work handed out per thread of the workers, so that none waits for the next; the others
stay here, so that memory stays flat."""

Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Cluster:
    """Workers of a Dask cluster, all of them with this version of the program.

    Attributes
    ----------
    client
        The connection to the scheduler.
    workers
        The addresses of the workers, in order; those that join later are not asked.
    threads
        Threads of all of them.
    """

    client: "Client"
    workers: tuple[str, ...]
    threads: int


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler at an address such as `tcp://127.0.0.1:8786`.

    Raises
    ------
    ValueError
        If Dask is not installed, or a worker has another version of the program or lacks it.
    ConnectionError
        If no scheduler answers, it has no workers, or one is lost while they are at work.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ModuleNotFoundError:
        raise ValueError(
            "work on a cluster needs Dask: pip install 'enjoin[dask]', or pip install "
            "'.[dask]' in the program's folder"
        ) from None
    import lightgbm as lgb

    # LightGBM's notes on ports and threads, several for each booster, tell the user nothing.
    lgb.register_logger(_quiet_logger())
    try:
        client = Client(address, timeout=PATIENCE, direct_to_workers=True)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({_in_short(error)}). {_how_to_start(address)}"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
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
            check_workers(cluster)  # Dask says "No valid workers found" where work was for one lost
            raise


def each(
    cluster: Cluster | None,
    work: Callable[..., Found],
    pieces: Iterable[Given],
    *shared: Any,
) -> Iterator[Found]:
    """Do the work on every piece and yield what it gives, in order.

    Parameters
    ----------
    cluster
        Where; None for this process.
    work
        A function of a piece and then of `shared`, at the top level of a module.
    pieces
        Made as workers become free.
    shared
        What the work on every piece needs; each worker is sent it once.
    """
    if cluster is None:
        yield from (work(piece, *shared) for piece in pieces)
        return
    check_workers(cluster)
    client = cluster.client
    # Dask sends the items of a list one by one, so each thing to send is put into one.
    everywhere = client.scatter(list(shared), broadcast=True, hash=False) if shared else []

    def begin(numbered: tuple[int, Given]) -> Any:
        number, piece = numbered
        # Sent past the scheduler, which would keep it; an idle worker may still take it over.
        to = cluster.workers[number % len(cluster.workers)]
        (sent,) = client.scatter([piece], workers=[to], hash=False)
        return client.submit(work, sent, *everywhere, pure=False)

    for _, future in begun_ahead(enumerate(pieces), begin, AHEAD * cluster.threads):
        yield future.result()


def begun_ahead(
    pieces: Iterable[Given], begin: Callable[[Given], Found], most: int
) -> Iterator[tuple[Given, Found]]:
    """Begin work on pieces, on so many at the most ahead of the one that is waited for, in order.

    Parameters
    ----------
    begin
        Begins the work on a piece, and gives what to wait for.
    """
    under_way: deque[tuple[Given, Found]] = deque()
    for piece in pieces:
        if len(under_way) >= most:
            yield under_way.popleft()
        under_way.append((piece, begin(piece)))
    while under_way:
        yield under_way.popleft()


def check_workers(cluster: Cluster) -> None:
    """Refuse to go on without a worker; work meant for it alone would wait for ever.

    Raises
    ------
    ConnectionError
        If one has left; it comes back under another address.
    """
    gone = set(cluster.workers) - set(cluster.client.nthreads())
    if gone:
        raise ConnectionError(f"worker {min(gone)} was lost; its log may say why. Run again")


def in_chunks(rows: Sequence[Given], size: int = CHUNK) -> Iterator[Sequence[Given]]:
    """Yield rows by the chunk."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _check_versions(cluster: Cluster) -> None:
    mine = _versions()
    found = dict(cluster.client.run(_versions, on_error="return"))
    try:
        # The scheduler too unpacks the work that it hands out.
        found["scheduler"] = cluster.client.run_on_scheduler(_versions)
    except Exception as error:
        found["scheduler"] = error
    for address, theirs in found.items():
        if isinstance(theirs, Exception):
            raise ValueError(
                f"{address} cannot run this program ({_in_short(theirs)}): install enjoin "
                f"{mine['enjoin']} with its dask extra in its environment"
            )
        differing = [name for name in mine if theirs[name] != mine[name]]
        other = [f"{name} {theirs[name]} (here {mine[name]})" for name in differing]
        if other:
            raise ValueError(f"{address} has {', '.join(other)}; install the same there")


def _versions() -> dict[str, str]:
    """Return what must be the same on the client and on every worker."""
    digest = builder_digest()[:12]
    return {
        "enjoin": version("enjoin"),
        "lightgbm": version("lightgbm"),
        "source of features": digest,
    }


def _how_to_start(address: str, scheduler: bool = True) -> str:
    port = address.rpartition(":")[2]
    if not port.isdigit():
        address, port = "tcp://HOST:8786", "8786"
    one = f"one with `dask scheduler --port {port}`, then workers" if scheduler else "some"
    return (
        f"Start {one} on every machine with `dask worker {address} --nworkers auto --nthreads 1`, "
        "in an environment with enjoin and its dask extra"
    )


def _in_short(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("lightgbm")
    logger.setLevel(logging.ERROR)
    return logger
