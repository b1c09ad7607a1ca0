"""The worksheet's page and what it asks for: motions without outcomes, and where codings go."""

import signal
import socket
import textwrap
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from starlette.middleware.trustedhost import TrustedHostMiddleware

from data.schema import Motion
from serve.http.auth import AccessControl, require_admitted
from serve.http.guards import add_guards
from serve.http.json_bodies import JsonRoute
from serve.http.middleware import RequestIds
from serve.http.static import add_files
from serve.labels import Labels, all_labels
from serve.worksheet.sheet import CODED, PAPERS, Entry, InvalidCoding, Worksheet

HOST = "127.0.0.1"
OPENING = 70
"""Characters of each motion in the list of motions: about one line."""
_OPENING_READ = 10 * OPENING
_OF_THE_ENDPOINT = ("page.css", "common.js", "form.js")
_OWN = ("worksheet.css", "worksheet.js")


class Coding(BaseModel):
    """What a person has coded of one motion."""

    model_config = ConfigDict(extra="forbid")

    coded: dict[str, Any] = {}
    quotes: dict[str, list[str]] = {}
    done: bool = False


class Saved(BaseModel):
    """The coding as it was kept, and how many motions are done."""

    coding: Coding
    n_done: int


class Sheet(BaseModel):
    """Which motions are done, how each begins, and the fields that are coded."""

    done: list[bool]
    openings: list[str]
    fields: list[str]
    motion_schema: dict[str, Any]
    labels: Labels


class Shown(BaseModel):
    """What a person sees of a motion: its papers, and what they have coded of it."""

    papers: dict[str, str]
    coding: Coding


def build_worksheet(worksheet: Worksheet, key_digest: str) -> FastAPI:
    """Return the web application of a worksheet.

    Parameters
    ----------
    worksheet
        The motions and their codings.
    key_digest
        SHA-256 of the key that a request needs: other users of this machine reach its ports too.
    """
    app = FastAPI(openapi_url=None)
    # A page of another site may have its name point to this machine; it has another host then.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    add_guards(app, AccessControl({"coder": key_digest}))
    app.add_middleware(RequestIds)
    only_own = [Depends(require_admitted)]
    api = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=only_own)

    def entry(number: int) -> Entry:
        if not 1 <= number <= len(worksheet.entries):
            raise HTTPException(404, f"no motion {number}; there are {len(worksheet.entries)}")
        return worksheet.entries[number - 1]

    @api.get("/sheet")
    async def sheet() -> Sheet:
        return Sheet(
            done=[entry.done for entry in worksheet.entries],
            openings=[_opening(entry) for entry in worksheet.entries],
            fields=list(CODED),
            motion_schema=Motion.model_json_schema(),
            labels=all_labels(),
        )

    @api.get("/motions/{number}")
    async def motion(number: int) -> Shown:
        found = entry(number)
        papers = {name: found.kept[name] for name in PAPERS if name in found.kept}
        return Shown(papers=papers, coding=_coding(found))

    @api.post("/motions/{number}")
    async def save(number: int, coding: Coding) -> Saved:
        found = entry(number)
        try:
            worksheet.save(found, coding.coded, coding.quotes, coding.done)
        except InvalidCoding as error:
            raise HTTPException(422, str(error)) from None
        return Saved(coding=_coding(found), n_done=worksheet.n_done)

    app.include_router(api)
    shared, own = files("serve") / "http" / "page", files("serve") / "worksheet" / "page"
    add_files(
        app,
        {"/": own / "index.html"}
        | {f"/{name}": shared / name for name in _OF_THE_ENDPOINT}
        | {f"/{name}": own / name for name in _OWN},
    )
    return app


def _opening(entry: Entry) -> str:
    """Return the first words of a motion, by which it is found in a list."""
    return textwrap.shorten(entry.kept["motion"][:_OPENING_READ], OPENING, placeholder=" ...")


def _coding(entry: Entry) -> Coding:
    return Coding(coded=entry.coded, quotes=entry.quotes, done=entry.done)


def serve_worksheet(app: FastAPI, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve a worksheet to this machine until interrupted or told to stop (SIGTERM, SIGHUP).

    Parameters
    ----------
    port
        The port; 0 takes a free one.
    on_ready
        Called with the port once it is bound.

    Raises
    ------
    OSError
        If the port is taken.
    """
    import uvicorn

    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise OSError(
            f"cannot listen on {HOST}, port {port}: {error.strerror}; choose another --port"
        ) from None
    with listener:
        # However it is told to stop, what the caller has open is closed.
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                signal.signal(number, signal.default_int_handler)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        with suppress(KeyboardInterrupt):  # which uvicorn raises again once it has stopped
            on_ready(listener.getsockname()[1])
            uvicorn.Server(config).run(sockets=[listener])
