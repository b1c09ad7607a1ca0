"""Commands about the endpoint: run it, and make its API keys."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from enjoin.inputs import find_model
from enjoin.options import BudgetOption, ModelOption, SamplesOption, WithCaptionOption
from enjoin.terminal import exit_on_user_error, info


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8000,
    model: ModelOption = None,
    workers: Annotated[
        int,
        typer.Option(
            min=2, metavar="N", help="processes that read and predict, each with its own model"
        ),
    ] = 2,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="file of API keys, one line each from `enjoin key`, read again when it changes; "
            "or set ENJOIN_API_KEYS",
        ),
    ] = None,
    open_metrics: Annotated[
        bool, typer.Option("--open-metrics", help="answer /metrics without a key")
    ] = False,
    rate_limit: Annotated[
        str | None,
        typer.Option(metavar="LIMIT", help="motions allowed per key, such as 600/minute"),
    ] = None,
    audit_log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="keep every prediction in this JSON Lines file, for backtest"
        ),
    ] = None,
    audit_text: Annotated[
        bool, typer.Option("--audit-text", help="keep the motions' text in the audit log too")
    ] = False,
    audit_keep: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="keep N older files of the audit log; by default all"
        ),
    ] = None,
    with_caption: WithCaptionOption = False,
    samples: SamplesOption = 1,
    budget: BudgetOption = None,
    log_format: Annotated[
        Literal["json", "plain"] | None,
        typer.Option(help="format of the log; by default plain in a terminal, otherwise json"),
    ] = None,
    root_path: Annotated[
        str,
        typer.Option(metavar="PATH", help="path below which a proxy publishes it, such as /enjoin"),
    ] = "",
    allowed_hosts: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="names that it is reached by, such as example.com,*.example.org; on loopback "
            "only names of this machine, unless given",
        ),
    ] = None,
    keep_alive: Annotated[
        int,
        typer.Option(
            min=1,
            max=3600,
            metavar="SECONDS",
            help="how long an idle connection stays open; longer than the proxy keeps one",
        ),
    ] = 75,
) -> None:
    """Answer over HTTP: a page at /, the API under /v1, its reference at /docs.

    Without API keys it answers this machine only. When another version becomes champion, the
    endpoint switches to it within half a minute, without losing a request. SIGTERM finishes the
    requests in flight, then stops. If ENJOIN_CODER names a language model, the page and
    /v1/code have papers read by it, when someone asks for that.

    ```
    enjoin serve
    enjoin key acme-llp >> keys.txt
    enjoin serve --host 0.0.0.0 --keys keys.txt --workers 2 --audit-log audit.jsonl
    ```
    """
    with exit_on_user_error():
        from serve.http.fork_server import start_fork_server

        start_fork_server()  # it imports what reads papers while this process imports the endpoint

        from features.coder.settings import CoderSettings
        from serve.http.auth import AccessControl, is_loopback, read_keys
        from serve.http.hosts import allowed_hosts as names_of
        from serve.http.paths import check_root_path
        from serve.http.server import ServerSettings, run
        from train.tracking.registry import short_timeouts

        style: Literal["json", "plain"] = log_format or ("plain" if sys.stderr.isatty() else "json")
        coder = CoderSettings.from_environment()
        prefix = check_root_path(root_path)
        access = AccessControl(read_keys(keys, os.environ), rate_limit)
        if not access.keys and not is_loopback(host):
            raise ValueError(
                f"other machines can reach {host}, so API keys are required: "
                "enjoin key NAME >> keys.txt, then enjoin serve --keys keys.txt"
            )

        def on_ready() -> None:
            url = f"http://{host}:{port}"
            info(f"enjoin listens at {url}/v1/predict; try it at {url}/docs")
            if coder:
                info(
                    f"papers that someone asks to have read go to {coder.destination}, to be read "
                    f"by {coder.model}"
                )

        with short_timeouts():  # for the thread that follows the champion, too
            settings = ServerSettings(
                located=find_model(model),
                source=model,
                keys=access.keys,
                rate_limit=rate_limit,
                audit_path=audit_log,
                audit_text=audit_text,
                audit_keep=audit_keep,
                with_caption=with_caption,
                samples=samples,
                budget=budget,
                workers=workers,
                root_path=prefix,
                hosts=names_of(allowed_hosts, host),
                key_path=keys,
                open_metrics=open_metrics,
            )
            run(settings, host, port, on_ready, log_format=style, keep_alive=keep_alive)


def key(
    name: Annotated[str, typer.Argument(help="whom the key is for, such as acme-llp")],
) -> None:
    """Make an API key for `enjoin serve`.

    The key is shown once, on standard error. The line for the file of keys goes to standard
    output; it holds only a SHA-256 digest of the key.

    ```
    enjoin key acme-llp >> keys.txt
    ```
    """
    with exit_on_user_error():
        from serve.http.auth import check_key_name, new_key

        secret, digest = new_key()
        line = f"{check_key_name(name)}:{digest}"
        info(f"API key of {name}, shown only this once: {secret}")
        print(line)
