"""Processes that hold the model, read papers, and can be stopped when one takes too long.

A thread that reads a hostile paper cannot be stopped, and holds up the event loop meanwhile. A
process can be killed; another takes its place.

Not `concurrent.futures`, whose pool is broken once one of its processes dies; nor Pebble, whose
pool is broken once an idle one does.
"""

import asyncio
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from anyio import to_thread

from data.io.cache import cache_error
from data.io.redact import shorten
from serve.garbage import collect_rarely
from serve.http.model_watcher import warm_up
from serve.model_source import LocatedModel
from serve.parent_process import when_parent_ends
from serve.predictor import Predictor
from train.model.damage import UnusableModel

MIN_PROCESSES = 2
"""One reads long papers, so that short motions never wait for these."""
START_SECONDS = 600.0
"""Time allowed for a process to load the model: on its first start, automata are compiled."""
WAIT_SECONDS = 60.0
"""How long a job waits for a process that is free."""
RETRY_SECONDS = 2.0
"""Pause after a process could not be started."""
_LENGTH = struct.Struct("!Q")
"""What comes before each message: its length in bytes."""
_BEGUN = b"!"
"""What a process sends before it works on a job."""
_LOG = logging.getLogger("enjoin.model")


class TooSlow(Exception):
    """A job that took longer than it may; the process that worked on it was stopped."""


class ProcessLost(Exception):
    """A job whose process ended, or for which none was free in time."""


class _NeverBegun(ProcessLost):
    """A job whose process ended before it had the job."""


class ModelInUse(NamedTuple):
    """What names a model: `serve.predictor.Predictor` has the same attributes."""

    folder: Path
    version: str
    digest: str

    @classmethod
    def of(cls, predictor: Predictor) -> "ModelInUse":
        """Return what names the model of a predictor."""
        return cls(predictor.folder, predictor.version, predictor.digest)


class JobRunner(Protocol):
    """Runs jobs of `serve.http.jobs` with a model.

    Attributes
    ----------
    places
        Number of jobs that run at a time.
    cache_error
        Why the cache folder cannot be used; None if it can.
    load_error
        Why the model could not be loaded when this was tried last; None if it could.
    is_ready
        Whether the model is loaded, so that jobs can be run.
    """

    places: int
    cache_error: str | None
    load_error: str | None

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded."""

    async def run(
        self, predictor: Predictor, job: Callable[..., Any], *args: Any, seconds: float
    ) -> Any:
        """Return what a job returns, or raise what it raises; `TooSlow` after some seconds."""


class InThreads:
    """Runs jobs in threads of this process, without a time limit: for tests and notebooks."""

    places = MIN_PROCESSES
    cache_error: str | None = None
    load_error: str | None = None
    is_ready = True

    async def run(
        self, predictor: Predictor, job: Callable[..., Any], *args: Any, seconds: float
    ) -> Any:
        """Return what a job returns; see `JobRunner`."""
        return await to_thread.run_sync(job, predictor, *args)


class ModelProcesses:
    """Runs jobs in processes of their own; see `JobRunner`.

    Parameters
    ----------
    places
        Number of processes.

    Attributes
    ----------
    cache_error
        Why the processes cannot use the cache folder; None if they can.
    load_error
        Why a process could not load the model when one was started last; None if it could.
    """

    def __init__(self, places: int) -> None:
        self.places = max(places, MIN_PROCESSES)
        self._idle: asyncio.Queue[_Process] = asyncio.Queue()
        self._all: set[_Process] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._loaded: set[_Process] = set()
        self._model: ModelInUse
        """The model asked for last."""
        self.cache_error: str | None = None
        self.load_error: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a process has loaded the model, or none has failed to since."""
        return self.load_error is None or any(each.is_alive for each in self._loaded)

    async def start(self, model: ModelInUse) -> None:
        """Start the processes, and wait until one of them has loaded the model."""
        self._model = model
        for _ in range(self.places):
            self._start_one()
        self._idle.put_nowait(await self._idle.get())

    async def run(
        self, predictor: Predictor, job: Callable[..., Any], *args: Any, seconds: float
    ) -> Any:
        """Return what a job returns, or raise what it raises.

        Raises
        ------
        TooSlow
            If it takes longer than these seconds.
        ProcessLost
            If its process ends, or none is free for `WAIT_SECONDS`.
        """
        self._model = model = ModelInUse.of(predictor)
        for _ in range(self.places):  # all may have ended just now
            with suppress(_NeverBegun):
                result = await self._run_once(model, job, args, seconds)
                break
        else:
            result = await self._run_once(model, job, args, seconds)
        if isinstance(result, Exception):
            raise result
        return result

    async def _run_once(
        self, model: ModelInUse, job: Callable[..., Any], args: tuple[Any, ...], seconds: float
    ) -> Any:
        try:
            process = await asyncio.wait_for(self._take_idle(), WAIT_SECONDS)
        except TimeoutError:
            raise ProcessLost("no process was free to read the motion") from None
        keep = False
        try:
            result = await process.call(model, job, args, seconds)
            keep = True
        finally:  # a call that was cancelled leaves an answer behind that nobody waits for
            if keep:
                self._idle.put_nowait(process)
            else:
                self._replace(process)
        return result

    def stop(self) -> None:
        """Kill the processes, whatever they work on."""
        self._stopped = True
        for task in self._starting:
            task.cancel()
        for process in self._all:
            process.kill()
        self._all.clear()
        self._loaded.clear()

    async def _take_idle(self) -> "_Process":
        """Wait for a process that is free and has not ended while it was."""
        while not (process := await self._idle.get()).is_alive:
            self._on_end(process)
        return process

    def _start_one(self) -> None:
        task = asyncio.create_task(self._start_until_ready())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start_until_ready(self) -> None:
        while not self._stopped:
            model = self._model  # another may take its place between two tries
            process = _Process()
            self._all.add(process)
            try:
                result = await process.call(model, _warm_up, (), START_SECONDS)
            except (TooSlow, ProcessLost) as error:
                result = error
            if not isinstance(result, Exception):
                self.cache_error, self.load_error = result, None
                self._loaded.add(process)
                self._idle.put_nowait(process)
                process.when_ended(partial(self._on_end, process))
                return
            message = shorten(f"a process cannot load {model.version}: {result}")
            if message != self.load_error:  # logged once, not at every try
                _LOG.error("%s", message)
            self.load_error = message  # /health/ready shows it to anyone
            self._discard(process)
            await asyncio.sleep(RETRY_SECONDS)

    def _on_end(self, process: "_Process") -> None:
        """Replace a process that ended while it was free; `run` replaces one that worked."""
        if process in self._all and not process.is_busy:
            self._replace(process)

    def _replace(self, process: "_Process") -> None:
        self._discard(process)
        if not self._stopped:
            self._start_one()

    def _discard(self, process: "_Process") -> None:
        process.kill()
        self._all.discard(process)
        self._loaded.discard(process)


class _Process:
    """One process and the connection to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("forkserver")
        # Imported once; each process starts as a copy.
        context.set_forkserver_preload(["serve.http.jobs", "serve.http.model_processes"])
        self._socket, theirs = socket.socketpair()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._loop = asyncio.get_running_loop()
        self.is_busy = False

    async def call(
        self, model: ModelInUse, job: Callable[..., Any], args: tuple[Any, ...], seconds: float
    ) -> Any:
        """Return what a job returns, or the exception it raises."""
        self.is_busy, has_begun = True, False
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(sock=self._socket)
            reader, writer = self._streams
            async with asyncio.timeout(seconds):
                message = pickle.dumps((model, job, args))
                writer.write(_LENGTH.pack(len(message)))
                writer.write(message)
                await writer.drain()
                has_begun = await reader.readexactly(1) == _BEGUN
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                return pickle.loads(await reader.readexactly(length))
        except TimeoutError:
            raise TooSlow(f"reading it takes more than {seconds:g} s") from None
        except (asyncio.IncompleteReadError, OSError):
            kind = ProcessLost if has_begun else _NeverBegun
            raise kind("the process that read the motion ended") from None
        finally:
            self.is_busy = False

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended; asked while it is free."""
        try:
            return self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:  # nothing has come
            return True
        except OSError:
            return False

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Have something called once the process has ended by itself."""

        def call_once() -> None:
            self._loop.remove_reader(self._process.sentinel)
            callback()

        self._loop.add_reader(self._process.sentinel, call_once)

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid or 0)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._loop.remove_reader(self._process.sentinel)
        self._process.kill()
        self._process.join(1)
        if self._streams is None:
            self._socket.close()
        else:
            self._streams[1].close()


def _warm_up(predictor: Predictor) -> str | None:
    """Load what the first request needs; return why the cache cannot be used, if it cannot."""
    warm_up(predictor)
    return cache_error()


def _work(connection: socket.socket) -> None:
    """Do jobs until the connection is closed."""
    for number in (signal.SIGINT, signal.SIGHUP):  # the terminal's, which are for the endpoint
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    collect_rarely()
    when_parent_ends(lambda: os._exit(1))
    with suppress(OSError):
        os.nice(5)  # the event loop goes first
    connection.setblocking(True)
    with suppress(OSError), connection.makefile("rwb") as stream:
        while header := stream.read(_LENGTH.size):
            model, job, args = pickle.loads(stream.read(*_LENGTH.unpack(header)))
            stream.write(_BEGUN)
            stream.flush()
            try:
                result = job(_load(model), *args)
            except Exception as error:
                result = error
            message = _pickled(result)
            stream.write(_LENGTH.pack(len(message)))
            stream.write(message)
            stream.flush()


def _pickled(result: Any) -> bytes:
    try:
        return pickle.dumps(result)
    except Exception:  # an exception of a library may hold what cannot be sent
        return pickle.dumps(RuntimeError(type(result).__name__))


@lru_cache(maxsize=1)
def _load(model: ModelInUse) -> Predictor:
    predictor = Predictor.from_located(LocatedModel(model.folder, model.version))
    if predictor.digest != model.digest:
        raise UnusableModel(f"the model in {model.folder} was changed; start the endpoint again")
    return predictor
