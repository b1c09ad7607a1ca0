"""Terminals that are not UTF-8, closed, or read in part: no command ends for that."""

import json
import os
import subprocess
import sys

import pytest

TEXT = "The movant\u2019s goodwill \u2014 \u201clost\u201d \u2026 M\u00fcller \u6f22"


def _run(
    script: str, encoding: str = "ascii", given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    start = "from enjoin.streams import adapt_streams; adapt_streams()\n"
    command = [sys.executable, "-c", start + script]
    return subprocess.run(command, env=environment, capture_output=True, check=True, input=given)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_what_an_encoding_lacks_is_replaced(encoding: str) -> None:
    script = "from enjoin.terminal import echo, info, warn\n"
    script += f"for say in (echo, info, warn): say({TEXT!r})"
    done = _run(script, encoding)
    for shown in (done.stdout.decode(encoding), done.stderr.decode(encoding)):
        plain = shown.replace("\u2019", "'").replace("\u2014", "-").replace("\u2026", "...")
        assert "movant's goodwill - " in plain
    if encoding == "ascii":
        assert done.stdout == b'The movant\'s goodwill - "lost" ... M?ller ?\n'


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_loses_nothing(encoding: str) -> None:
    given = json.dumps({"text": TEXT}, ensure_ascii=False)
    done = _run(f"from enjoin.streams import print_json; print_json({given!r})", encoding)
    assert json.loads(done.stdout.decode(encoding)) == {"text": TEXT}


def test_a_reader_that_leaves_early_ends_nothing() -> None:
    script = "for n in range(100_000): print(n)\nimport sys; print('done', file=sys.stderr)"
    read, write = os.pipe()
    os.close(read)
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    start = "from enjoin.streams import adapt_streams; adapt_streams()\n"
    command = [sys.executable, "-c", start + script]
    done = subprocess.run(command, env=environment, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"done\n")


def test_closed_streams_are_nowhere() -> None:
    for name in ("example", "schema", "--help"):
        closing = f"{sys.executable} -m enjoin {name} <&- >&-"
        done = subprocess.run(["sh", "-c", closing], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", [["example"], ["schema"], ["--help"], ["predict", "--help"]])
def test_commands_print_to_an_ascii_terminal(command: list[str]) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "enjoin", *command], env=environment, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_standard_input_is_read_as_files_are(encoding: str) -> None:
    text = "The harm is \u201cspeculative\u201d.\n"
    script = "from enjoin.streams import read_stdin; print(ascii(read_stdin()))"
    done = _run(script, given=text.encode(encoding))
    assert done.stdout.decode().strip() == ascii(text)
