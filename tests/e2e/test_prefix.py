"""The page and the reference in a browser, published below a prefix by two kinds of proxy."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from starlette.responses import PlainTextResponse

from serve.http.app import build_app
from serve.http.hosts import allowed_hosts
from serve.http.model_watcher import ModelWatcher
from tests.support.listening import listening

PREFIX = "/enjoin"


class Proxy:
    """Hands on what is below the prefix, with the prefix or without it, and nothing else."""

    def __init__(self, app: Any, strips: bool) -> None:
        self.app, self.strips = app, strips

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", PREFIX)
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            await PlainTextResponse("not below the prefix", 404)(scope, receive, send)
            return
        if self.strips:
            scope = {**scope, "path": path.removeprefix(PREFIX) or "/"}
        await self.app(scope, receive, send)


@pytest.mark.parametrize("strips", [True, False])
def test_page_and_reference_below_a_prefix(trained: Any, new_page: Any, strips: bool) -> None:
    app = build_app(
        ModelWatcher(trained.predictor, None),
        root_path=PREFIX,
        hosts=allowed_hosts(None, "127.0.0.1"),
    )
    with listening(Proxy(app, strips)) as address:
        page, failed = new_page(1200, "light"), []
        page.on("response", lambda got: failed.append(got.url) if got.status >= 400 else None)
        for start in (PREFIX, f"{PREFIX}/"):
            page.goto(f"{address}{start}")
            page.click("#example")
            expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
            page.click("button.main")
            page.wait_for_selector("#what-if-fields fieldset")
        page.goto(f"{address}{PREFIX}/docs")
        page.wait_for_selector(".opblock")
        assert page.input_value(".servers select") == PREFIX
        assert failed == []
