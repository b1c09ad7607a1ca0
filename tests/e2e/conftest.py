"""What end-to-end tests run on: a browser, and a Dask cluster on the loopback address."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a headless browser."""
    if not CHROMIUM:
        pytest.skip("needs chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[int, str], Page]]:
    """Open a page of its own context, given its width and colour scheme."""
    with ExitStack() as stack:

        def open_page(width: int, scheme: Any) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            stack.callback(context.close)
            return context.new_page()

        yield open_page


@pytest.fixture(scope="session")
def start_workers() -> Callable[[int, Path], Any]:
    """Start a Dask scheduler and worker processes that keep their files in a folder."""
    from distributed import LocalCluster

    def start(n_workers: int, folder: Path) -> LocalCluster:
        return LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=str(folder),
        )

    return start
