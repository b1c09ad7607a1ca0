"""The way to a language model: by the proxy that was announced, with answers of a sane size."""

from collections.abc import AsyncIterator

import httpx2

from features.coder.failures import MAX_ANSWER, AnswerTooLarge

_POOL = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
_ABOUT_THE_BODY = (b"content-encoding", b"content-length", b"transfer-encoding")


class CappedTransport(httpx2.AsyncBaseTransport):
    """Sends requests, and ends an answer that grows too large, compressed or not.

    Parameters
    ----------
    proxy
        Through which to go. Proxies of the environment are not looked up here, so that papers go
        nowhere but where the user was told.
    """

    def __init__(self, proxy: str | None) -> None:
        self._inner = httpx2.AsyncHTTPTransport(proxy=proxy, limits=_POOL)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the answer is decoded as it comes."""
        response = await self._inner.handle_async_request(request)
        headers = [pair for pair in response.headers.raw if pair[0].lower() not in _ABOUT_THE_BODY]
        return httpx2.Response(
            response.status_code,
            headers=headers,
            stream=_CappedStream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _CappedStream(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._response.aiter_bytes():
            size += len(part)
            if size > MAX_ANSWER:
                raise AnswerTooLarge
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()
