"""Score a docket while being killed at random moments; run by `test_scoring.py`.

    python killed_scoring.py MODEL INPUT OUTPUT KILLS

The program and the model are loaded once; every run is a fork of that process. Prints as JSON how
many runs were killed, how many resumed from an earlier run's chunks, and how many chunks each
killed run left.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.io.sources import open_source
from serve.batch.chunk import OutputOptions
from serve.batch.job import RunOptions, score_docket
from serve.batch.sinks import FileSink
from serve.predictor import Predictor


def main(model: str, docket: str, output: str, kills: str) -> None:
    """Kill and resume until so many runs were killed, then let one run end."""
    predictor = Predictor.load(model)

    def score(resume: bool) -> None:
        with open_source(docket) as source:
            run = RunOptions(jobs=1, chunk_rows=2, resume=resume)
            score_docket(source, FileSink(output), predictor, OutputOptions(), run)

    score(resume=False)  # loads and compiles what later runs share
    start = time.perf_counter()
    score(resume=False)
    seconds = time.perf_counter() - start
    expected = _files(output)
    for path in expected:
        path.unlink()
    counts: dict[str, Any] = {"killed": 0, "resumed": 0, "finished": 0, "left": []}
    draw = random.Random(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while counts["killed"] < int(kills):
        left = len(list(Path(f"{output}.checkpoint").glob("*.arrow")))
        counts["resumed"] += left > 0
        ended = _ends_within(draw.uniform(0, seconds), lambda: score(resume=True))
        counts["killed"] += not ended
        if not ended:
            counts["left"].append(len(list(Path(f"{output}.checkpoint").glob("*.arrow"))))
        if Path(output).exists():
            assert _files(output) == expected, "the output is not whole"
            counts["finished"] += 1
            for path in expected:
                path.unlink()
        else:
            assert not ended
    score(resume=True)
    assert _files(output) == expected
    assert not Path(f"{output}.checkpoint").exists()
    print(json.dumps(counts))


def _files(output: str) -> dict[Path, bytes]:
    paths = [Path(output), *Path(output).parent.glob("*.rejects.jsonl")]
    return {path: path.read_bytes() for path in paths}


def _ends_within(seconds: float, work: Callable[[], None]) -> bool:
    """Work in a fork that is killed after so many seconds; return whether it ended before."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if signal.sigtimedwait({signal.SIGCHLD}, seconds) is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    signal.sigtimedwait({signal.SIGCHLD}, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == 0, "a run failed"
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
