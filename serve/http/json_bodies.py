"""JSON bodies, read strictly: UTF-8, and no name twice in one object.

Python's reader takes the last of two values in silence, and half of a character from a wrong
encoding is found only when the answer is written.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from data.io.rows import whole_number
from serve.http.bodies import MAX_MOTIONS

MAX_VALUES = 1000
"""Values of one motion, those of its lists and quotes included; a coded one has some 100."""
MAX_VALUES_OF_BATCH = 100_000
"""Values of all motions of one request."""


def read_json(body: bytes) -> Any:
    """Return the value of a JSON body, in UTF-8 (or UTF-16 or UTF-32), with or without a mark.

    Raises
    ------
    HTTPException
        With 400, if it is not JSON, or an object has a name twice; with 413, if it holds far more
        values than a motion, or than the motions of a batch: to name what is wrong with each of a
        million would take minutes.

    References
    ----------
    Bray (2017), RFC 8259: The JavaScript Object Notation (JSON) Data Interchange Format.
    """
    try:
        value = json.loads(
            body.decode(json.detect_encoding(body)),
            object_pairs_hook=_unrepeated,
            parse_int=whole_number,  # a number too long for Python is infinite, as in files
        )
    except UnicodeDecodeError as error:
        raise _not_json(
            f"byte {error.start + 1} is not UTF-8; JSON is sent in UTF-8, whatever `charset` says"
        ) from None
    except json.JSONDecodeError as error:
        raise _not_json(str(error)) from None
    except RecursionError:
        raise _not_json("its lists and objects are nested too deeply") from None
    except _RepeatedName as error:
        raise HTTPException(
            400, f"an object of the body has {error.args[0]!r} twice; send each name once"
        ) from None
    _check_size(value)
    return value


def _check_size(body: Any) -> None:
    """Raise if there are too many values in a body, or in one motion of a list."""
    motions = body if isinstance(body, list) else [body]
    if len(motions) > MAX_MOTIONS:  # refused at once by the length of the list
        return
    n_of_batch = 0
    for motion in motions:
        n_of_motion, pending = 0, [motion]
        while pending:
            value = pending.pop()
            if isinstance(value, dict | list):
                n_of_motion += len(value)
                n_of_batch += len(value)
                if n_of_motion > MAX_VALUES:
                    raise HTTPException(413, f"a motion holds more than {MAX_VALUES:,} values")
                if n_of_batch > MAX_VALUES_OF_BATCH:
                    raise HTTPException(
                        413, f"the motions hold more than {MAX_VALUES_OF_BATCH:,} values"
                    )
                pending += value.values() if isinstance(value, dict) else value


class JsonRoute(APIRoute):
    """A route whose JSON body is read by `read_json`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of requests, which reads their bodies strictly."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_strictly


class _JsonRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class _RepeatedName(ValueError):
    pass


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unrepeated: dict[str, Any] = {}
    for name, value in pairs:
        if name in unrepeated:
            raise _RepeatedName(name[:40])
        unrepeated[name] = value
    return unrepeated


def _not_json(reason: str) -> HTTPException:
    return HTTPException(400, f"the body is not JSON: {reason}")
