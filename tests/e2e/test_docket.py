"""The docket page by the command, and in a real browser: sort, filter, narrow, dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from serve.docket.scored import read_scored

MOTIONS = [ruling.as_motion() for ruling in embedded_rulings() if ruling.caption][::70][:30]


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="module")
def folder(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a docket's page: compared with an earlier docket, two motions less."""
    folder = tmp_path_factory.mktemp("docket")
    without_opposition = [
        motion.model_copy(update={"opposition": None, "opposition_excerpted": None})
        for motion in MOTIONS
    ]
    for name, motions in (("pending", MOTIONS[2:]), ("earlier", without_opposition[:-1])):
        source, output = folder / f"{name}.jsonl", folder / f"{name}-scored.csv"
        source.write_text(
            "\n".join(motion.model_dump_json(exclude_none=True) for motion in motions)
        )
        assert _invoke("score", source, output, "--jobs", 1).exit_code == 0
    result = _invoke(
        *("docket", folder / "pending-scored.csv", folder / "docket.html"),
        *("--since", folder / "earlier-scored.csv", "--motions", folder / "pending.jsonl"),
    )
    assert result.exit_code == 0, result.output
    (folder / "printed.txt").write_text(result.output)
    return folder


def test_the_command_summarizes_the_page(folder: Path) -> None:
    printed = (folder / "printed.txt").read_text()
    for words in ("28 motions", "1 new", "2 gone"):
        assert words in printed
    page = (folder / "docket.html").read_text()
    assert "not legal advice" in page
    assert all(str(motion.id) in page for motion in MOTIONS[2:])


def test_the_strongest_factors_are_read_as_they_are_written(folder: Path) -> None:
    for motion in read_scored(folder / "pending-scored.csv").motions:
        assert motion.top_factors
        assert not any("points" in factor.label for factor in motion.top_factors)
        sizes = [abs(factor.points) for factor in motion.top_factors]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("pending.jsonl", "none.html"), "pending.jsonl"),
        (("pending-scored.csv", "none.csv"), ".html"),
        (("pending-scored.csv", "none.html", "--since", "missing.csv"), "missing.csv"),
        (("pending-scored.csv", "none.html", "--since", "pending-scored.csv"), "itself"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], named: str
) -> None:
    monkeypatch.chdir(folder)
    result = _invoke("docket", *arguments)
    assert result.exit_code == 2
    assert named in result.output
    assert not (folder / "none.html").exists()


@pytest.fixture
def page(folder: Path, new_page: Any, request: Any) -> Iterator[Page]:
    page = new_page(*getattr(request, "param", (1200, "light")))
    events: list[str] = []
    page.on("pageerror", lambda error: events.append(str(error)))
    page.on("console", lambda message: events.append(message.text))
    page.on("request", lambda request: events.append(request.url))
    address = (folder / "docket.html").as_uri()
    page.goto(address)
    yield page
    assert events == [address]  # no error, and nothing else is fetched


def _chances(page: Page) -> list[float]:
    cells = "[...document.querySelectorAll('#cases tbody .chance')]"
    chances: list[float] = page.evaluate(f"{cells}.map((cell) => Number(cell.dataset.v))")
    return chances


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
    assert "probability" in page.inner_text("#status")
    page.locator("#cases thead th button", has_text="Court").click()
    assert head.get_attribute("aria-sort") is None
    courts = page.locator("#cases tbody tr td:nth-child(2)").all_inner_texts()
    assert courts == sorted(courts, key=str.lower)
    page.click("#nearest")
    assert _chances(page) == first
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_filter_narrows_the_list(page: Page) -> None:
    caption = str(MOTIONS[7].caption)
    page.fill("#filter", caption.upper())
    expect(page.locator("#cases tbody tr:visible th b")).to_have_text([caption])
    assert "1 of 28" in page.inner_text("#status")
    page.fill("#filter", "")
    page.select_option("#show", "near")
    near = [p for p in _chances(page) if 0.4 <= p <= 0.6]
    expect(page.locator("#cases tbody tr:visible")).to_have_count(len(near))
