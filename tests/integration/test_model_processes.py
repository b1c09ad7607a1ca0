"""Processes that hold a model: stopped when a job takes too long, replaced when they end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from serve.http.model_processes import ModelInUse, ModelProcesses, ProcessLost, TooSlow
from tests.support import jobs


@asynccontextmanager
async def running(predictor: Any) -> AsyncIterator[ModelProcesses]:
    processes = ModelProcesses(2)
    await processes.start(ModelInUse.of(predictor))
    try:
        yield processes
    finally:
        processes.stop()


def test_jobs_that_fail_end_or_take_too_long(trained: Any) -> None:
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes:
            assert await processes.run(predictor, jobs.sleep, 0, seconds=60) == predictor.version
            for _ in range(3):  # of two processes, all are replaced
                with pytest.raises(TooSlow, match=r"more than 0\.1 s"):
                    await processes.run(predictor, jobs.sleep, 600, seconds=0.1)
                with pytest.raises(ProcessLost):
                    await processes.run(predictor, jobs.end, seconds=60)
            with pytest.raises(ValueError, match="it failed"):
                await processes.run(predictor, jobs.fail, seconds=60)
            with pytest.raises(RuntimeError, match="Strange"):
                await processes.run(predictor, jobs.fail_strangely, seconds=60)
            large = os.urandom(3_000_000)
            assert await processes.run(predictor, jobs.echo, large, seconds=60) == large

    asyncio.run(run())


def test_an_idle_process_that_is_killed_is_replaced(trained: Any) -> None:
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes:
            for process in list(processes._all):
                os.kill(process.pid, signal.SIGKILL)
            lost = 0
            for _ in range(5):
                try:
                    await processes.run(predictor, jobs.sleep, 0, seconds=60)
                except ProcessLost:
                    lost += 1
            assert lost <= 2

    asyncio.run(run())


def test_another_model_is_loaded_when_it_is_used(trained: Any) -> None:
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes:
            other = replace(predictor, version="enjoin/99")
            assert await processes.run(other, jobs.sleep, 0, seconds=60) == "enjoin/99"
            changed = replace(predictor, digest="0" * 64)
            with pytest.raises(Exception, match="was changed"):
                await processes.run(changed, jobs.sleep, 0, seconds=60)

    asyncio.run(run())
