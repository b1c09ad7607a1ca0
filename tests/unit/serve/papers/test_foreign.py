"""Texts that are no brief: each kind is refused, and a brief that only looks like one is not."""

import base64
import json
from email.message import EmailMessage

import pytest

from serve.papers.extract import UnreadablePaper, read_paper
from serve.papers.foreign import what_it_is

WORDS = "Plaintiff moves for a temporary restraining order. The harm is imminent and irreparable."
TAGGED = f"<p>{WORDS}</p>"
MAIL = EmailMessage()
MAIL["From"], MAIL["Subject"] = "clerk@example.com", "Motion"
MAIL.set_content(WORDS)

PAGES = {
    "whole page": f"<!DOCTYPE html>\n<html><head></head><body>{TAGGED}</body></html>",
    "capitals": f"<HTML><BODY>{TAGGED}</BODY></HTML>",
    "comments first": f"<!-- saved --> <!-- twice -->\n<html>{TAGGED}",
}
FOREIGN = {
    "fragment": ("HTML", f"\n  <div class='brief'>{TAGGED}</div>"),
    "tags after words": ("HTML", f"MOTION FOR A TRO<br>\n<b>{WORDS}</b><br><i>{WORDS}</i><br>"),
    "XML": ("XML", f'<?xml version="1.0"?><brief>{WORDS}</brief>'),
    "XML without a declaration": ("XML", f"<w:document a='b'><w:t>{WORDS}</w:t></w:document>\n"),
    "JSON object": ("JSON", json.dumps({"motion_type": "tro", "motion": WORDS})),
    "JSON list": ("JSON", json.dumps([WORDS])),
    "JSON cut off": ("JSON", json.dumps({"motion": WORDS})[:60]),
    "JSON lines": ("JSON", '{"motion": "a"}\n{"motion": "b"}\n'),
    "RTF": ("RTF", "\n{\\rtf1\\ansi " + WORDS + "}"),
    "PostScript": ("PostScript", f"%!PS-Adobe-3.0\n({WORDS}) show"),
    "PDF in base64": ("base64", base64.b64encode(b"%PDF-1.7\n" + b"x" * 200).decode()),
    "data address": (
        "base64",
        "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.7\n").decode(),
    ),
    "form": (
        "curl --data-binary",
        f'------x1\r\nContent-Disposition: form-data; name="file"\r\n\r\n{WORDS}\r\n------x1--',
    ),
    "e-mail": ("e-mail", MAIL.as_string()),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["", "brief.txt"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_no_brief(kind: str, name: str, encoding: str) -> None:
    expected, text = FOREIGN[kind]
    with pytest.raises(UnreadablePaper, match=expected) as refused:
        read_paper(text.encode(encoding), name)
    assert "irreparable" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("name", ["", "brief.txt"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_whole_page_is_read_without_its_tags(kind: str, name: str, encoding: str) -> None:
    assert read_paper(PAGES[kind].encode(encoding), name).text.strip() == WORDS


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        f"[PROPOSED] ORDER\n{WORDS}",
        f"[1] {WORDS}",
        f"{{sealed}} {WORDS}",
        f"<<FILED UNDER SEAL>>\n{WORDS}",
        f"<Exhibit A> {WORDS}",
        f"From: J. Doe\nTo: The Court\nRe: Motion\n\n{WORDS}",
        f"The page's source had <div> and </div> where the notice belonged. {WORDS}",
        f"x < y and y > z. {WORDS}",
        "\n".join(f"{n}. {WORDS} See <https://example.com/{n}>." for n in range(50)),
        f"%PDF is the form of the exhibits. {WORDS}",
    ],
)
def test_a_brief_that_only_looks_like_another_format(text: str) -> None:
    assert read_paper(text.encode(), "").text == text


def test_hostile_starts_are_told_quickly() -> None:
    """A pattern that tried every way to divide these would never end."""
    for hostile in ("<!---->" * 100_000, "<a " * 300_000, "A: b\n" * 200_000, "[" * 1_000_000):
        assert read_paper(hostile.encode(), "").text


def test_json_is_told_by_its_beginning() -> None:
    assert what_it_is("[[1, 2], [3]]") is not None
    assert what_it_is(f"[{'[],' * 1_000_000}") is not None
    assert what_it_is(f"[{'[],' * 100}") is None  # short, and no JSON
    assert what_it_is(f"[1] {'[2] A page. ' * 10_000}") is None
