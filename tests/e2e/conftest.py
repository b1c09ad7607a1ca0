"""What several end-to-end tests run on: a browser, and a Dask cluster on the loopback address."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def new_page() -> Iterator[Callable[[int, str], Page]]:
    """Open a page of a headless browser, given its width and colour scheme."""
    if not CHROMIUM:
        pytest.skip("needs chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def opened(width: int, scheme: Any) -> Page:
            return browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)

        yield opened
        browser.close()


@pytest.fixture(scope="session")
def two_workers() -> Callable[[Path], Any]:
    """Start a scheduler and two worker processes that keep their files in a folder."""
    from distributed import LocalCluster

    def started(folder: Path) -> LocalCluster:
        return LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=str(folder),
        )

    return started
