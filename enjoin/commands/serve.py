"""Answer over HTTP, and make the keys to ask with."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from enjoin.inputs import find_model
from enjoin.options import ModelOption
from enjoin.terminal import exit_on_user_error, info


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8000,
    model: ModelOption = None,
    workers: Annotated[
        int, typer.Option(min=1, help="processes that answer, each with a model of its own")
    ] = 1,
    keys: Annotated[
        Path | None,
        typer.Option(help="file of API keys, as `enjoin key` prints them; or ENJOIN_API_KEYS"),
    ] = None,
    rate_limit: Annotated[
        str | None,
        typer.Option(help="how often each key may ask each worker, e.g. 600/minute"),
    ] = None,
    audit_log: Annotated[
        Path | None,
        typer.Option(help="JSON lines file to keep answers in, for backtest (the last 1.1 GB)"),
    ] = None,
    audit_text: Annotated[
        bool, typer.Option("--audit-text", help="keep the motions' words in it too")
    ] = False,
    log_format: Annotated[
        Literal["json", "plain"] | None,
        typer.Option(help="form of the log's lines; by default plain in a terminal, else json"),
    ] = None,
) -> None:
    """Answer over HTTP: POST /v1/predict, /v1/what-if, /v1/comparables ...; docs at /docs.

    Without keys only this machine is answered. The champion is followed: where another version
    becomes champion, it takes over within half a minute, and no request is lost. SIGTERM finishes
    what is in flight.
    """
    with exit_on_user_error():
        from serve.http.auth import AccessControl, is_loopback, read_keys
        from serve.http.server import Settings, run
        from train.tracking.registry import short_timeouts

        style = log_format or ("plain" if sys.stderr.isatty() else "json")
        gate = AccessControl(read_keys(keys, os.environ), rate_limit)
        if not gate.keys and not is_loopback(host):
            raise ValueError(
                f"others than this machine can reach {host}, so API keys are needed: "
                "enjoin key NAME >> keys.txt, then enjoin serve --keys keys.txt"
            )

        def ready() -> None:
            where = f"http://{host}:{port}"
            info(f"enjoin listens at {where}/v1/predict; try it at {where}/docs")

        with short_timeouts():  # whoever follows the champion is to be so too
            settings = Settings(
                find_model(model), model, gate.keys, rate_limit, audit_log, audit_text
            )
            run(settings, host, port, ready, workers, style)


def key(name: Annotated[str, typer.Argument(help="who the key is for")]) -> None:
    """Make an API key for `enjoin serve`: the line to keep goes to standard output.

    The key itself is told once, on standard error. Add the line to a file: `enjoin key NAME >>
    keys.txt`.
    """
    with exit_on_user_error():
        from serve.http.auth import check_key_name, new_key

        secret, digest = new_key()
        line = f"{check_key_name(name)}:{digest}"
        info(f"Key of {name}, told this once: {secret}")
        print(line)
