"""The docket page by the command, and in a real browser: sort, filter, narrow, dark."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from serve.docket.scored import read_scored


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def folder(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docket")
    motions = [ruling.as_motion() for ruling in embedded_rulings()[:30]]
    lines = [motion.model_dump_json(exclude_none=True) for motion in motions]
    (folder / "pending.jsonl").write_text("\n".join(lines[2:]))
    shorter = [
        json.dumps({k: v for k, v in json.loads(line).items() if k != "opposition"})
        for line in lines
    ]
    (folder / "earlier.jsonl").write_text("\n".join(shorter[:-1]))
    for name in ("pending", "earlier"):
        source, output = folder / f"{name}.jsonl", folder / f"{name}-scored.csv"
        assert _invoke("score", str(source), str(output), "--jobs", "1").exit_code == 0
    result = _invoke(
        "docket",
        str(folder / "pending-scored.csv"),
        str(folder / "docket.html"),
        *("--since", str(folder / "earlier-scored.csv")),
        *("--motions", str(folder / "pending.jsonl")),
    )
    assert result.exit_code == 0, result.output
    (folder / "told.txt").write_text(result.output)
    return folder


def test_the_command_tells_what_it_wrote(folder: Path) -> None:
    told = (folder / "told.txt").read_text()
    assert "Docket of 28 motions, 28 listed" in told
    assert "1 new, 2 gone" in told
    page = (folder / "docket.html").read_text()
    assert "not legal advice" in page
    assert embedded_rulings()[5].id in page


def test_the_strongest_features_are_read_as_they_are_written(folder: Path) -> None:
    for motion in read_scored(folder / "pending-scored.csv").motions:
        assert motion.top_factors
        assert not [one for one in motion.top_factors if one.label.endswith("points)")]
        sizes = [abs(one.points) for one in motion.top_factors]
        assert sizes == sorted(sizes, reverse=True)


def test_what_cannot_be_shown_is_refused(folder: Path) -> None:
    scored, page = str(folder / "pending-scored.csv"), str(folder / "none.html")
    for arguments, says in (
        ((str(folder / "pending.jsonl"), page), "is not a scored docket"),
        ((scored, str(folder / "none.csv")), "name ending in .html"),
        ((scored, page, "--since", str(folder / "missing.csv")), "no file"),
        ((scored, page, "--since", scored), "the scored docket itself"),
    ):
        result = _invoke("docket", *arguments)
        assert result.exit_code == 2
        assert says in result.output
    assert not (folder / "none.html").exists()


@pytest.fixture
def page(folder: Path, new_page: Any, request: Any) -> Iterator[Page]:
    page = new_page(*getattr(request, "param", (1200, "light")))
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda asked: told.append(asked.url))
    address = (folder / "docket.html").as_uri()
    page.goto(address)
    yield page
    assert told == [address]


def _chances(page: Page) -> list[float]:
    cells = "[...document.querySelectorAll('#cases tbody .chance')]"
    found: list[float] = page.evaluate(f"{cells}.map((cell) => Number(cell.dataset.v))")
    return found


@pytest.mark.parametrize("page", [(1200, "light"), (390, "dark")], indirect=True)
def test_a_column_head_sorts(page: Page) -> None:
    first = _chances(page)
    assert first == sorted(first, key=lambda p: abs(p - 0.5))
    head = page.locator("#cases thead th", has_text="Probability")
    head.locator("button").click()
    assert _chances(page) == sorted(first)
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert _chances(page) == sorted(first, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    assert "by probability, descending" in page.inner_text("#status")
    page.locator("#cases thead th button", has_text="Court").click()
    assert head.get_attribute("aria-sort") is None
    courts = page.locator("#cases tbody tr td:nth-child(2)").all_inner_texts()
    assert courts == sorted(courts, key=str.lower)
    page.click("#nearest")
    assert _chances(page) == first
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_filter_narrows_the_list(page: Page) -> None:
    caption = "San Patricio Municipal Water District v. McDaniel"
    page.fill("#filter", "mcdaniel WATER")
    expect(page.locator("#cases tbody tr:visible th b")).to_have_text([caption])
    assert "1 of 28" in page.inner_text("#status")
    page.fill("#filter", "")
    page.select_option("#show", "near")
    shown = [p for p in _chances(page) if 0.4 <= p <= 0.6]
    assert page.locator("#cases tbody tr:visible").count() == len(shown)
