"""The page in a real browser: fill, predict, switch, see the number move."""

import re
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from serve.answering import Answering
from serve.http import build_app
from serve.keys import Gate, new_key

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
KEY, DIGEST = new_key()


@pytest.fixture(scope="module")
def address(trained: Any) -> Iterator[str]:
    app = build_app(Answering(trained.predictor), Gate({"firm": DIGEST}))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(address: str, request: Any) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        width, scheme = getattr(request, "param", (1200, "light"))
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        failed: list[str] = []
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#key-line:not([hidden])")  # the endpoint asks for a key
        page.fill("#key", KEY)
        page.press("#key", "Tab")
        page.wait_for_selector("#motion_type option[value=tro]", state="attached")
        yield page
        assert failed == []
        browser.close()


@pytest.mark.parametrize("page", [(1200, "light"), (390, "dark")], indirect=True)
def test_predict_and_switch(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#switches fieldset")
    before = page.inner_text(".big")
    assert before.endswith("%")
    assert page.locator("#comparables li").count() == 5
    assert page.locator("mark").count() > 5
    page.uncheck("#switches input[value=contradicted_by_record]")
    expect(page.locator("#moved")).to_have_text(re.compile("^From"))
    assert page.inner_text(".big") != before
    page.check("#switches input[value=contradicted_by_record]")
    expect(page.locator("#moved")).to_have_text("As things stand")
    assert page.inner_text(".big") == before
    # Nothing stands out to the side, and the highlighted words are those of the papers.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".paper").first.inner_text() == page.input_value("#motion")


def test_a_wrong_field_is_named(page: Page) -> None:
    page.select_option("#motion_type", "tro")
    page.fill("#motion", "Stop the sale of the house.")
    page.fill("#decided", "2020-13")
    page.click("button.main")
    page.wait_for_selector("#status.wrong")
    assert "decided" in page.inner_text("#status")
    assert page.is_hidden("#answer")


def test_the_keyboard_and_the_printer(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.focus("button.main")
    page.keyboard.press("Enter")
    page.wait_for_selector("#switches fieldset")
    assert page.evaluate("document.activeElement.id") == "answer"
    page.emulate_media(media="print")
    assert page.is_hidden("#ask")
    assert page.is_hidden("#switches")
    assert page.is_visible("#disclaimer")
    named = (
        "[...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length)"
    )
    assert page.evaluate(f"{named}.map((e) => e.outerHTML)") == []
