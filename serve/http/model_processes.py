"""Processes that hold the model, read papers, and can be stopped when one takes too long.

A thread that reads a hostile paper cannot be stopped, and holds up the event loop meanwhile. A
process can be killed; another takes its place.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from anyio import to_thread

from data.io.cache import cache_error
from data.io.redact import shorten
from serve.http.model_process import ModelInUse, ModelProcess, NeverBegun, ProcessLost, TooSlow
from serve.predictor import Predictor
from serve.warm_up import answer_once, warm_up

MIN_PROCESSES = 2
"""One reads long papers, so that short motions never wait for these."""
START_SECONDS = 600.0
"""Time allowed for a process to load the model: on its first start, automata are compiled."""
WAIT_SECONDS = 60.0
"""How long a job waits for a process that is free."""
RETRY_SECONDS = 2.0
"""Pause after a process could not be started."""
_PAUSE_SECONDS = 0.1
"""Pause until processes are looked at again that are yet to be warmed up."""
_LOG = logging.getLogger("enjoin.model")


Prepare = Callable[[Predictor], None]
"""Has a process load what requests need: all of it, or what the first needs."""


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
        self._idle: asyncio.Queue[ModelProcess] = asyncio.Queue()
        self._all: set[ModelProcess] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._loaded: set[ModelProcess] = set()
        self._model: ModelInUse
        """The model asked for last."""
        self.cache_error: str | None = None
        self.load_error: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a process has loaded the model, or none has failed to since."""
        return self.load_error is None or any(each.is_alive for each in self._loaded)

    async def start(self, model: ModelInUse) -> None:
        """Start a process, wait until it has loaded the model, and start the others."""
        self._model = model
        self._start_one(answer_once)  # alone, to be ready as soon as it can
        self._idle.put_nowait(await self._idle.get())
        for _ in range(self.places - 1):
            self._start_one()
        self._create_task(self._warm_up_all())

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
        model = ModelInUse.of(predictor)
        if model != self._model:
            self._model = model
            self._create_task(self._warm_up_all())
        for _ in range(self.places):  # all may have ended just now
            with suppress(NeverBegun):
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
        for task in self._tasks:
            task.cancel()
        for process in self._all:
            process.kill()
        self._all.clear()
        self._loaded.clear()

    async def _take_idle(self) -> ModelProcess:
        """Wait for a process that is free and has not ended while it was."""
        while not (process := await self._idle.get()).is_alive:
            self._on_end(process)
        return process

    def _create_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _warm_up_all(self) -> None:
        """Warm up the processes that are not, one after the other, each while it is free."""
        while cold := {each for each in self._loaded if each.warm_for != self._model}:
            if len(self._loaded) < self.places:  # others are to answer meanwhile
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            process = await self._take_idle()
            if process not in cold:
                self._idle.put_nowait(process)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            model = process.warm_for = self._model
            try:
                await process.call(model, _warm_up, (warm_up,), START_SECONDS)
            except (ProcessLost, TooSlow):
                self._replace(process)
            else:
                self._idle.put_nowait(process)

    def _start_one(self, prepare: Prepare = warm_up) -> None:
        self._create_task(self._start_until_ready(prepare))

    async def _start_until_ready(self, prepare: Prepare) -> None:
        while not self._stopped:
            model = self._model  # another may take its place between two tries
            process = None
            try:
                # In a thread, as it may have to wait for a new fork server.
                process = await to_thread.run_sync(ModelProcess, asyncio.get_running_loop())
                self._all.add(process)
                result = await process.call(model, _warm_up, (prepare,), START_SECONDS)
            except (TooSlow, ProcessLost) as error:
                result = error
            if process and not isinstance(result, Exception):
                self.cache_error, self.load_error = result, None
                process.warm_for = model if prepare is warm_up else None
                self._loaded.add(process)
                self._idle.put_nowait(process)
                process.when_ended(partial(self._on_end, process))
                return
            message = shorten(f"a process cannot load {model.version}: {result}")
            if message != self.load_error:  # logged once, not at every try
                _LOG.error("%s", message)
            self.load_error = message  # /health/ready shows it to anyone
            if process:
                self._discard(process)
            await asyncio.sleep(RETRY_SECONDS)

    def _on_end(self, process: ModelProcess) -> None:
        """Replace a process that ended while it was free; `run` replaces one that worked."""
        if process in self._all and not process.is_busy:
            self._replace(process)

    def _replace(self, process: ModelProcess) -> None:
        self._discard(process)
        if not self._stopped:
            self._start_one()

    def _discard(self, process: ModelProcess) -> None:
        process.kill()
        self._all.discard(process)
        self._loaded.discard(process)


def _warm_up(predictor: Predictor, prepare: Prepare) -> str | None:
    """Load what requests need; return why the cache cannot be used, if it cannot."""
    prepare(predictor)
    return cache_error()
