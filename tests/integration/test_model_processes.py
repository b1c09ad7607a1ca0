"""Processes that hold a model: stopped when a job takes too long, replaced when they end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve.http.app import build_app
from serve.http.model_process import ModelInUse, ProcessLost, TooSlow
from serve.http.model_processes import ModelProcesses
from serve.http.model_watcher import ModelWatcher
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


def test_each_process_is_warmed_up_for_the_model_in_use_while_it_is_free(trained: Any) -> None:
    predictor = trained.predictor
    other = replace(predictor, version="enjoin/99")

    async def run() -> None:
        async with running(predictor) as processes, asyncio.timeout(60):
            for model in (predictor, other):
                await processes.run(model, jobs.sleep, 0, seconds=60)
                expected = [ModelInUse.of(model)] * 2
                while [each.warm_for for each in processes._loaded] != expected:
                    await asyncio.sleep(0.01)

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


def test_a_process_that_ended_while_it_was_free_costs_no_request(trained: Any) -> None:
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes:
            for _ in range(2):
                for process in list(processes._all):
                    os.kill(process.pid, signal.SIGKILL)
                for _ in range(3):
                    version = await processes.run(predictor, jobs.sleep, 0, seconds=60)
                    assert version == predictor.version

    asyncio.run(run())


def test_a_process_that_ended_is_replaced_before_a_request_comes(trained: Any) -> None:
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes, asyncio.timeout(60):
            while len(processes._loaded) < 2:
                await asyncio.sleep(0.01)
            before = set(processes._all)
            for process in before:
                os.kill(process.pid, signal.SIGKILL)
            while len(processes._loaded - before) < 2:
                await asyncio.sleep(0.01)

    asyncio.run(run())


def test_a_model_that_cannot_be_loaded_again_is_reported(
    trained: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("serve.http.model_processes.RETRY_SECONDS", 0.05)
    predictor = trained.predictor

    async def run() -> None:
        async with running(predictor) as processes, asyncio.timeout(60):
            client = TestClient(build_app(ModelWatcher(predictor, "folder"), runner=processes))
            assert client.get("/health/ready").json()["status"] == "ready"
            while len(processes._loaded) < 2:  # one that ends while it starts is reported, too
                await asyncio.sleep(0.01)
            processes._model = ModelInUse(tmp_path, "enjoin/7", predictor.digest)  # it is gone
            for process in list(processes._all):
                os.kill(process.pid, signal.SIGKILL)
            while processes.load_error is None or processes._loaded:
                await asyncio.sleep(0.01)
            answer = client.get("/health/ready")
            assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
            assert "cannot load enjoin/7" in answer.json()["process_error"]
            processes._model = ModelInUse.of(predictor)._replace(digest="0" * 64)
            while "was changed" not in str(processes.load_error):
                await asyncio.sleep(0.01)
            processes._model = ModelInUse.of(predictor)
            while not processes.is_ready or processes.load_error:
                await asyncio.sleep(0.01)
            assert client.get("/health/ready").status_code == 200

    asyncio.run(run())
