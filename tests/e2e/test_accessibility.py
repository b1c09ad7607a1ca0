"""Everything seen in a browser passes axe-core, and nothing but wide tables scrolls sideways."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from serve.warm_up import warm_up
from tests.support.listening import listening

MOTIONS = [ruling for ruling in embedded_rulings() if ruling.opposition and ruling.caption][::90]
SCREENS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
OpenPage = Callable[[int, str], Page]


def findings(page: Page) -> list[str]:
    """Return what axe-core finds, with the elements; axe-core comes with the package."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def check(page: Page) -> None:
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_fault_is_found(new_page: Any) -> None:
    page = new_page(390, "light")
    page.set_content("<html lang=en><title>t</title><main><h1>t</h1><input></main>")
    assert [found.split(":")[0] for found in findings(page)] == ["label"]


@pytest.fixture(scope="module")
def endpoint(trained: Any) -> Iterator[str]:
    warm_up(trained.predictor)
    with listening(build_app(ModelWatcher(trained.predictor, None))) as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def docket(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("docket")
    for name, motions in (("now", MOTIONS[1:]), ("before", MOTIONS[:-1])):
        rows = [motion.as_motion() for motion in motions]
        if name == "before":
            rows = [motion.model_copy(update={"opposition": None}) for motion in rows]
        source = folder / f"{name}.jsonl"
        source.write_text("\n".join(row.model_dump_json(exclude_none=True) for row in rows))
        _run("score", source, folder / f"{name}.csv", "--jobs", 1)
    page = folder / "docket.html"
    since = ("--since", folder / "before.csv", "--motions", folder / "now.jsonl")
    _run("docket", folder / "now.csv", page, *since)
    return page.as_uri()


@pytest.fixture(scope="module")
def report(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = tmp_path_factory.mktemp("report") / "report.html"
    _run("report", "--output", page)
    return page.as_uri()


def _run(*arguments: object) -> None:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output


@pytest.fixture
def worksheet(tmp_path: Path) -> Iterator[str]:
    docket = tmp_path / "docket.jsonl"
    docket.write_text("\n".join(ruling.model_dump_json() for ruling in MOTIONS[:3]))
    command = [sys.executable, "-m", "enjoin", "worksheet", docket, tmp_path / "ann.jsonl"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    words = (word for line in process.stderr for word in line.split())
    yield next(word for word in words if word.startswith("http://127.0.0.1:"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_and_its_memo(endpoint: str, new_page: OpenPage, screen: tuple[int, str]) -> None:
    page = new_page(*screen)
    page.goto(endpoint)
    page.wait_for_selector("#motion_type option[value=tro]", state="attached")
    check(page)
    page.click("#coded-facts summary")
    check(page)
    page.click("#example")
    expect(page.locator("#motion")).not_to_have_value("")
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    page.wait_for_selector("#comparables li")
    page.click("#how-good summary")
    page.locator("mark[data-meaning]").first.focus()  # its note is shown
    check(page)
    page.emulate_media(media="print")
    assert findings(page) == []  # it is as wide as a sheet of paper
    page.emulate_media(media="screen")
    page.fill("#motion", "Another motion. " * 200)
    expect(page.locator("#stale")).to_be_visible()
    check(page)
    page.click("button.main")
    page.wait_for_selector(".fold")
    page.wait_for_selector("#what-if-fields fieldset")
    check(page)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["docket", "report"])
def test_the_pages_that_are_mailed(
    name: str, screen: tuple[int, str], new_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    page = new_page(*screen)
    page.goto(request.getfixturevalue(name))
    check(page)
    for summary in page.locator("summary").all()[:12]:
        summary.click()
    check(page)


@pytest.mark.parametrize("screen", [(390, "dark"), (1280, "light")])
def test_the_worksheet(worksheet: str, new_page: OpenPage, screen: tuple[int, str]) -> None:
    page = new_page(*screen)
    page.goto(worksheet)
    expect(page.locator("#title")).to_have_text("Motion 1 of 3")
    page.check("#field-motion_type input[value=tro]")
    page.focus("#motion")
    page.evaluate("document.getElementById('motion').setSelectionRange(0, 40)")
    page.click("#quote")
    page.wait_for_selector("#field-motion_type .quoted")
    page.click("#help summary")
    check(page)
