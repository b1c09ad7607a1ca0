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


def read_json(body: bytes) -> Any:
    """Return the value of a JSON body, in UTF-8 (or UTF-16 or UTF-32), with or without a mark.

    Raises
    ------
    HTTPException
        With 400, if it is not JSON, or an object has a name twice.

    References
    ----------
    Bray (2017), RFC 8259: The JavaScript Object Notation (JSON) Data Interchange Format.
    """
    try:
        return json.loads(
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
