"""The worksheet: what a coder sees, what is kept, and what is refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.io.load import load
from data.io.rows import UnreadableInput
from data.schema import Motion, Ruling
from serve.coding.journal import open_journal
from serve.http.auth import new_key
from serve.worksheet.app import build_worksheet
from serve.worksheet.sheet import (
    CODED,
    FINGERPRINT,
    InvalidCoding,
    Worksheet,
    check_output,
    read_docket,
)

KEY, DIGEST = new_key()
RULING = {
    "id": "acme-v-roe-2021",
    "caption": "Acme v. Roe",
    "court": "ilnd",
    "decided": "2021-03-04",
    "judge": "Ann B. Cole",
    "motion_type": "tro",
    "notice": "ex_parte",
    "motion": "The bakery asks to stop the sale.\r\nThree customers\r\nswore that they left.",
    "opposition": "The seller says that money would do.",
    "outcome": "denied",
    "outcome_basis": ["merits"],
}
PLAIN = {"motion": "The club asks for an order that the hall stay open."}
CODING: dict[str, Any] = {"motion_type": "preliminary_injunction", "harm_types": ["monetary"]}


@pytest.fixture
def docket(tmp_path: Path) -> Path:
    path = tmp_path / "docket.jsonl"
    path.write_text("\n".join(map(json.dumps, (RULING, PLAIN))))
    return path


@contextmanager
def _worksheet(docket: Path) -> Iterator[Worksheet]:
    output = docket.with_name("ann.jsonl")
    journal = docket.with_name("ann.jsonl.worksheet")
    with open_journal(journal, FINGERPRINT, True, lambda step: None) as kept:
        yield Worksheet(read_docket(str(docket)).entries, kept, output)


def test_codings_survive_a_kill_and_go_to_the_output(docket: Path) -> None:
    with _worksheet(docket) as sheet:
        quotes = {"harm_types": ["three customers swore"]}
        sheet.save(sheet.entries[0], CODING, quotes, done=False)
        assert not docket.with_name("ann.jsonl").exists()
        sheet.save(sheet.entries[0], CODING | {"pro_se": False}, quotes, done=True)
    journal = docket.with_name("ann.jsonl.worksheet")
    with journal.open("ab") as file:
        file.write(b'{"row": 1, "dig')  # torn
    with _worksheet(docket) as sheet:
        assert sheet.entries[0].coded == CODING | {"pro_se": False}
        assert sheet.entries[0].done
        assert sheet.entries[1].coded == {}
        sheet.save(sheet.entries[1], {"motion_type": "stay"}, {}, done=True)
    output = docket.with_name("ann.jsonl")
    assert (output.stat().st_mode | journal.stat().st_mode) & 0o077 == 0
    first, second = map(json.loads, output.read_text().splitlines())
    # The words as printed, the labels of the docket, and none of its codings.
    assert first["quotes"] == {"harm_types": ["Three customers\r\nswore"]}
    assert (first["outcome"], first["court"], first["motion"]) == (
        *(RULING["outcome"], RULING["court"]),
        RULING["motion"],
    )
    assert "notice" not in first
    assert second == {"id": "row-2", "motion_type": "stay", **PLAIN}
    assert len(load(output, Motion).rows) == 2
    assert len(load(output, Ruling).rows) == 1


def test_a_motion_that_is_no_longer_done_leaves_the_output(docket: Path) -> None:
    with _worksheet(docket) as sheet:
        sheet.save(sheet.entries[0], CODING, {}, done=True)
        sheet.save(sheet.entries[0], CODING, {}, done=False)
    assert docket.with_name("ann.jsonl").read_text() == ""


def test_a_motion_whose_papers_changed_is_coded_anew(docket: Path) -> None:
    with _worksheet(docket) as sheet:
        sheet.save(sheet.entries[0], CODING, {}, done=True)
    docket.write_text(json.dumps(RULING | {"motion": "Another paper."}))
    with _worksheet(docket) as sheet:
        assert sheet.entries[0].coded == {}


@pytest.mark.parametrize(
    ("coded", "quotes", "done", "words"),
    [
        ({"outcome": "granted"}, {}, False, "outcome: not a field that is coded"),
        ({"motion": "Another text."}, {}, False, "motion: not a field that is coded"),
        ({"notice": "by post"}, {}, False, "expected one of"),
        ({"public_interest": 7}, {}, False, "public_interest"),
        ({}, {"notice": ["words of another paper"]}, False, "notice: the words quoted"),
        ({}, {"judge": ["The bakery asks"]}, False, "judge: not a field"),
        ({"notice": "opposed"}, {}, True, "motion_type"),
    ],
)
def test_what_does_not_fit_is_refused(
    docket: Path, coded: Any, quotes: Any, done: bool, words: str
) -> None:
    with _worksheet(docket) as sheet:
        with pytest.raises(InvalidCoding, match=words):
            sheet.save(sheet.entries[0], coded, quotes, done)
        assert (sheet.entries[0].coded, sheet.entries[0].done) == ({}, False)


def test_nothing_about_case_or_outcome_is_sent(docket: Path) -> None:
    with _worksheet(docket) as sheet:
        client = TestClient(build_worksheet(sheet, DIGEST), base_url="http://127.0.0.1")
        client.headers["authorization"] = f"Bearer {KEY}"
        sent = client.get("/v1/motions/1").text
        assert "bakery" in sent
        for name in ("id", "caption", "court", "decided", "judge", "outcome", "notice"):
            assert str(RULING[name]) not in sent
        assert client.get("/v1/sheet").json()["fields"] == list(CODED)
        assert not {"outcome", "outcome_basis"} & set(CODED)
        assert client.get("/v1/motions/3").status_code == 404
        answer = client.post("/v1/motions/1", json={"coded": {"notice": "by post"}})
        assert answer.status_code == 422
        assert "expected" in answer.json()["detail"]


def test_only_the_coder_is_answered(docket: Path) -> None:
    with _worksheet(docket) as sheet:
        app = build_worksheet(sheet, DIGEST)
        client = TestClient(app, base_url="http://127.0.0.1")
        assert client.get("/v1/motions/1").status_code == 401
        client.headers["authorization"] = f"Bearer {KEY}"
        assert client.get("/v1/motions/1", headers={"host": "evil.example"}).status_code == 400
        page = client.get("/")
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert client.get("/v1/motions/1").headers["cache-control"] == "no-store"


def test_papers_that_tell_the_outcome_are_left_out(docket: Path) -> None:
    telling = PLAIN | {"id": "told", "motion": "They moved. The motion is hereby DENIED."}
    docket.write_text("\n".join(map(json.dumps, (RULING, telling, {"id": "no-text"}))))
    read = read_docket(str(docket))
    assert [entry.kept["id"] for entry in read.entries] == [RULING["id"]]
    assert read.telling == ["told"]
    assert [reject.row for reject in read.rejects] == [3]
    docket.write_text(json.dumps(telling))
    with pytest.raises(UnreadableInput, match="no motion to code"):
        read_docket(str(docket))


def test_no_other_file_is_replaced(docket: Path, tmp_path: Path) -> None:
    read, journal = read_docket(str(docket)), tmp_path / "out.jsonl.worksheet"
    check_output(tmp_path / "out.jsonl", journal, read)
    for output, words in ((docket, "is the docket itself"), (tmp_path / "out.csv", ".jsonl")):
        with pytest.raises(UnreadableInput, match=words):
            check_output(output, journal, read)
    (tmp_path / "out.jsonl").write_text("{}")
    with pytest.raises(UnreadableInput, match="name another file"):
        check_output(tmp_path / "out.jsonl", journal, read)
