"""A process that holds the model and does one job after another; it can be killed at any time.

Not `concurrent.futures`, whose pool is broken once one of its processes dies; nor Pebble, whose
pool is broken once an idle one does.
"""

import asyncio
import atexit
import os
import pickle
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from serve.http.fork_server import fork_context
from serve.model_source import LocatedModel
from serve.parent_process import when_parent_ends
from serve.predictor import Predictor
from train.model.damage import UnusableModel

_LENGTH = struct.Struct("!Q")
"""What comes before each message: its length in bytes."""
_BEGUN = b"!"
"""What a process sends before it works on a job."""


class TooSlow(Exception):
    """A job that took longer than it may; the process that worked on it was stopped."""


class ProcessLost(Exception):
    """A job whose process ended, or for which none was free in time."""


class NeverBegun(ProcessLost):
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


class ModelProcess:
    """One process and the connection to it.

    Parameters
    ----------
    loop
        The event loop that it is called from.

    Raises
    ------
    ProcessLost
        If it cannot be started.

    Attributes
    ----------
    is_busy
        Whether it does a job.
    warm_for
        The model that it needs to load nothing more for; None if there is none.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._socket, theirs = socket.socketpair()
        self._process = fork_context().Process(target=_work, args=(theirs,), daemon=True)
        try:
            self._process.start()
        except (EOFError, OSError):  # the fork server has just ended; the next try starts another
            self._socket.close()
            raise ProcessLost("the process that others are forked from ended") from None
        finally:
            theirs.close()
        atexit.register(self._process.kill)  # before multiprocessing waits for it
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.is_busy = False
        self.warm_for: ModelInUse | None = None

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
            kind = ProcessLost if has_begun else NeverBegun
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
        atexit.unregister(self._process.kill)
        self._process.kill()
        self._process.join(1)
        if self._streams is None:
            self._socket.close()
        else:
            self._streams[1].close()


def _work(connection: socket.socket) -> None:
    """Do jobs until the connection is closed, in a copy of what `serve.http.forked` made ready."""
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
