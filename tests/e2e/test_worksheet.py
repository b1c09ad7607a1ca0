"""The worksheet in a real browser: two people code apart, by mouse and by keyboard."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from data.embedded import embedded_rulings
from tests.support.worksheets import told_at_start

RULINGS = [ruling for ruling in embedded_rulings() if ruling.opposition][:3]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Start the command for one coder; give the address that it prints."""
    docket = tmp_path / "docket.jsonl"
    docket.write_text("\n".join(ruling.model_dump_json() for ruling in RULINGS))
    running: list[subprocess.Popen[str]] = []

    def run(output: str) -> str:
        command = [sys.executable, "-m", "enjoin", "worksheet", str(docket), str(tmp_path / output)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        running.append(process)
        told = told_at_start(process).split()
        return next(word for word in told if word.startswith("http://127.0.0.1:"))

    yield run
    for process in running:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def _open(page: Page, address: str) -> list[str]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.locator("#title")).to_have_text("Motion 1 of 3")
    return errors


def _saved(page: Page) -> None:
    expect(page.locator("#status")).to_have_text("Saved")


def _value(page: Page, name: str) -> list[str]:
    boxes = page.locator(f"#field-{name} input:checked")
    return [box.input_value() for box in boxes.all()]


def _select(page: Page, paper: str, start: int, end: int) -> None:
    page.evaluate(
        "([id, start, end]) => { const box = document.getElementById(id); box.focus();"
        " box.setSelectionRange(start, end); }",
        [paper, start, end],
    )


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_a_coder_codes_and_comes_back(
    start: Any, new_page: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    page = new_page(width, scheme)
    errors = _open(page, start("ann.jsonl"))
    assert page.input_value("#motion") == RULINGS[0].motion
    shown = page.content()
    assert RULINGS[0].caption not in shown
    assert "outcome_basis" not in page.locator("#fields").inner_html()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.check("#field-motion_type input[value=tro]")
    page.check("#field-harm_types input[value=monetary]")
    page.check("#field-harm_types input[value=voting]")
    words = " ".join(RULINGS[0].motion.split()[:6])
    _select(page, "motion", 0, len(words) - 2)  # it is kept in whole words
    page.click("#quote")
    expect(page.locator("#field-harm_types .quoted button").first).to_have_text(f"“{words}”")
    page.select_option("#field-claim_area select", "patent")
    page.fill("#field-forecast input", "35")
    page.fill("#field-delay_months input", "1.5")
    page.check("#done")
    expect(page.locator("#progress")).to_have_text("1 done")
    _saved(page)
    page.click("#next")
    expect(page.locator("#title")).to_have_text("Motion 2 of 3")
    assert _value(page, "motion_type") == [""]
    page.click("#previous")
    expect(page.locator("#title")).to_have_text("Motion 1 of 3")
    assert _value(page, "harm_types") == ["voting", "monetary"]
    assert page.input_value("#field-forecast input") == "35"
    (row,) = map(json.loads, (tmp_path / "ann.jsonl").read_text().splitlines())
    assert row["id"] == RULINGS[0].id
    assert row["outcome"] == RULINGS[0].outcome
    assert {"voting", "monetary"} == set(row["harm_types"])
    assert (row["claim_area"], row["forecast"], row["delay_months"]) == ("patent", 0.35, 1.5)
    assert row["quotes"] == {"harm_types": [words]}
    assert "notice" not in row  # not shown, though the docket has it
    assert errors == []


def test_all_by_keyboard(start: Any, new_page: Any) -> None:
    page = new_page(1200, "light")
    address = start("ann.jsonl")
    errors = _open(page, address)
    page.keyboard.press("2")  # the first field, the type of motion
    expect(page.locator("#field-motion_type input[value=tro]")).to_be_checked()
    fields = page.evaluate("sheet.fields")
    for _ in range(fields.index("pro_se") + 1):
        page.keyboard.press("j")
    expect(page.locator("#field-pro_se")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#field-pro_se input[value=false]")).to_be_checked()
    for _ in range(fields.index("harm_types") - fields.index("pro_se")):
        page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("3")
    page.keyboard.press("p")
    words = " ".join(RULINGS[0].motion.split()[:4])
    for _ in words:
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("q")
    expect(page.locator("#field-harm_types .quoted button").first).to_have_text(f"“{words}”")
    page.keyboard.press("d")
    expect(page.locator("#progress")).to_have_text("1 done")
    page.keyboard.press("]")
    expect(page.locator("#title")).to_have_text("Motion 2 of 3")
    page.keyboard.press("d")  # without a type of motion
    expect(page.locator("#status")).to_contain_text("Not saved: motion_type")
    expect(page.locator("#done")).not_to_be_checked()
    page.goto("about:blank")
    page.goto(address)  # from the first motion that is not done
    expect(page.locator("#title")).to_have_text("Motion 2 of 3")
    page.keyboard.press("[")
    expect(page.locator("#title")).to_have_text("Motion 1 of 3")
    expect(page.locator("#field-harm_types input:checked")).to_have_count(2)
    page.keyboard.press("d")
    expect(page.locator("#progress")).to_have_text("0 done")
    page.keyboard.press("j")
    page.keyboard.press("0")
    expect(page.locator("#field-motion_type input[value='']")).to_be_checked()
    assert errors == []


def test_what_is_refused_is_taken_back_and_told(start: Any, new_page: Any) -> None:
    page = new_page(1200, "light")
    _open(page, start("ann.jsonl"))
    page.fill("#field-forecast input", "40")
    page.press("#field-forecast input", "Tab")
    _saved(page)
    page.fill("#field-forecast input", "140")
    page.press("#field-forecast input", "Tab")
    expect(page.locator("#status")).to_contain_text("Not saved: forecast")
    assert page.input_value("#field-forecast input") == "40"
    page.check("#field-notice input[value=opposed]")
    _saved(page)


def test_any_motion_is_reached_from_the_list(start: Any, new_page: Any) -> None:
    page = new_page(390, "light")
    errors = _open(page, start("ann.jsonl"))
    options = page.locator("#jump option").all_inner_texts()
    assert [option.split()[0] for option in options] == ["1", "2", "3"]
    for option, ruling in zip(options, RULINGS, strict=True):
        assert " ".join(ruling.motion.split()[:4]) in option
        assert str(ruling.caption) not in option
    page.keyboard.press("g")
    expect(page.locator("#jump")).to_be_focused()
    page.select_option("#jump", "3")
    expect(page.locator("#title")).to_have_text("Motion 3 of 3")
    assert page.input_value("#motion") == RULINGS[2].motion
    page.check("#field-motion_type input[value=tro]")
    page.check("#done")
    expect(page.locator("#jump option").nth(2)).to_contain_text("✓")
    page.click("#previous")
    expect(page.locator("#jump")).to_have_value("2")
    page.route("**/v1/motions/1", lambda route: route.abort())
    page.select_option("#jump", "1")
    expect(page.locator("#status")).to_contain_text("start it again with “enjoin worksheet”")
    expect(page.locator("#jump")).to_have_value("2")
    assert errors == []


def test_two_coders_do_not_see_each_other(start: Any, new_page: Any, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from enjoin import app

    for name, value in (("ann", "opposed"), ("bob", "unopposed")):
        page = new_page(1200, "light")
        _open(page, start(f"{name}.jsonl"))
        assert _value(page, "notice") == [""]
        page.check("#field-motion_type input[value=stay]")
        page.check(f"#field-notice input[value={value}]")
        page.check("#done")
        expect(page.locator("#progress")).to_have_text("1 done")
    files = [str(tmp_path / f"{name}.jsonl") for name in ("ann", "bob")]
    result = CliRunner().invoke(app, ["data", "agreement", *files])
    assert result.exit_code == 0, result.output
    assert "1 motions of 1 cases" in result.stdout


def test_without_the_key_nothing_is_shown(start: Any, new_page: Any) -> None:
    address, _, key = start("ann.jsonl").partition("#")
    page = new_page(1200, "light")
    page.goto(address)
    expect(page.locator("#status")).to_have_class("error")
    assert page.input_value("#motion") == ""
    page.fill("#key", key)
    page.press("#key", "Tab")
    expect(page.locator("#title")).to_have_text("Motion 1 of 3")
