"""The documentation: its Python runs, and its links, commands, options and names exist."""

import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main

from data.embedded import clearview_motion
from enjoin import app
from tests.conftest import tiny_rulings

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "data" / "DATA_CARD.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
"""Not the change log, which lists the names of the past."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
INLINE_CODE = re.compile(r"`([^`]+)`")
INDENTED_CODE = re.compile(r"^ {4}(.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[\s(/])(?:enjoin )+([^|#;>&\n]+)")
ROOMS = "data|features|train|serve|enjoin|tests|bench|docs"
FILE = re.compile(rf"(?:{ROOMS})/(?!\d)[\w./]+")  # but not a version such as enjoin/3
NAME = re.compile(rf"((?:{ROOMS})(?:\.\w+)+)(?:\(.*\))?")
SUFFIXES = (".py", ".md", ".toml", ".jsonl", ".csv")


def python_blocks(page: Path) -> Iterator[tuple[str, int]]:
    """Yield each block of Python in a page, with the number of lines before it."""
    text = page.read_text(encoding="utf-8")
    for block in FENCE.finditer(text):
        if block[1] == "python":
            yield block[2], text.count("\n", 0, block.start(2))


def code_in(page: Path) -> Iterator[str]:
    """Yield the code of a page: words between backticks, and indented lines."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for pattern in (INLINE_CODE, INDENTED_CODE):
        for match in pattern.finditer(text):
            yield match[1]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\s-]", "", heading.lower()).replace(" ", "-") for heading in headings}


def all_commands(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and those under it."""
    yield command
    for name in getattr(command, "commands", {}):
        yield from all_commands(command.commands[name])  # type: ignore[attr-defined]


def options_of(command: click.Command) -> set[str]:
    """Return the options of a command, `--help` among them."""
    return {"--help", *(name for parameter in command.params for name in parameter.opts)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the two files that the examples read, and a store of its own."""
    rulings = "\n".join(ruling.model_dump_json() for ruling in tiny_rulings())
    (tmp_path / "rulings.jsonl").write_text(rulings, encoding="utf-8")
    (tmp_path / "pending.jsonl").write_text(clearview_motion().model_dump_json(), encoding="utf-8")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_examples_run_in_order(folder: Path) -> None:
    page = ROOT / "docs" / "python.md"
    names: dict[str, Any] = {"__name__": "docs"}
    for code, line in python_blocks(page):
        # The lines before it give a failure the line number of the page.
        exec(compile("\n" * line + code, str(page), "exec"), names)
    assert (folder / "scored.csv").exists()
    assert (folder / "my_model" / "model.json").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors_of(linked), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    root = typer.main.get_command(app)
    for code in code_in(page):
        for line in COMMAND.findall(code):
            command, words = root, line.split()
            while words and words[0] in getattr(command, "commands", {}):
                command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
            assert command is not root or words[0].isupper() or words[0].startswith("-"), line
            options = {word.split("=")[0] for word in words if word.startswith("--")}
            assert options <= options_of(command), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_named_alone_exist(page: Path) -> None:
    known = {
        option
        for command in all_commands(typer.main.get_command(app))
        for option in options_of(command)
    }
    benchmarks = "".join(path.read_text("utf-8") for path in (ROOT / "bench").glob("*.py"))
    for code in INLINE_CODE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if code.startswith("--"):
            option = code.split()[0].split("=")[0]
            assert option in known or f'"{option}"' in benchmarks, option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_names_exist(page: Path) -> None:
    for code in code_in(page):
        file, name = FILE.fullmatch(code), NAME.fullmatch(code)
        if file:
            assert (ROOT / code).exists(), code
        elif name and not code.endswith(SUFFIXES):
            assert pkgutil.resolve_name(name[1]) is not None, code
