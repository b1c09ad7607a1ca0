"""Opinions read from every format, and what their heads say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest
from pyarrow.parquet import write_table

from data.fetch.opinion import Opinion as FetchedOpinion
from data.opinions.read import Opinion, UnreadableOpinion
from data.opinions.read import read_opinions as read_rows

PARAGRAPHS = ["The bakery sued.", "The court denied the motion."]
XML = """<opinion>
<reporter_caption><center>MILL v. OVEN, 12 A.2d 3 (1999)</center></reporter_caption>
<docket><center>No. 99-12.</center></docket>
<court><center>Superior Court of Rhode Island</center></court>
<date><center>May 4, 1999.</center></date>
<opinion_text>The bakery sued & lost.

The court denied the motion.</opinion_text></opinion>"""


def read_opinions(path: Path) -> Iterator[Opinion]:
    """Read a file in which every row has an opinion."""
    for opinion in read_rows(path):
        assert isinstance(opinion, Opinion)
        yield opinion


def test_text_is_cut_at_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Decided May 4, 1999.\n\nThe bakery\nsued.\n\n- 2 -\n\nThe court\ndenied it.\n\nEnd.\n\nX."
    )
    opinion = next(read_opinions(path))
    assert opinion.paragraphs[1:3] == ("The bakery sued.", "The court denied it.")
    assert opinion.decided == "1999-05-04"


def test_xml_that_is_not_well_formed_is_read_with_its_head(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(XML)
    opinion = next(read_opinions(path))
    assert opinion.paragraphs[-2:] == ("The bakery sued & lost.", "The court denied the motion.")
    assert (opinion.caption, opinion.decided, opinion.docket_number) == (
        "MILL v. OVEN",
        "1999-05-04",
        "99-12",
    )
    assert opinion.court == "risuperct"


@pytest.mark.parametrize(
    "record",
    [
        {"paragraphs": PARAGRAPHS},
        {"html_with_citations": "<p>The bakery sued.</p><p>The court denied the motion.</p>"},
        {"plain_text": "The bakery sued.\n\nThe court denied the motion."},
        {"casebody": {"opinions": [{"text": "The bakery sued.\n\nThe court denied the motion."}]}},
        {"casebody": {"data": "<p>The bakery sued.</p><p>The court denied the motion.</p>"}},
    ],
)
def test_records_of_each_publisher_are_read(tmp_path: Path, record: dict[str, object]) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps(record | {"id": 7, "case_name": "Mill v. Oven", "date_filed": "1999-05-04"})
    )
    opinion = next(read_opinions(path))
    assert list(opinion.paragraphs) == PARAGRAPHS
    assert (opinion.id, opinion.caption, opinion.decided) == ("7", "Mill v. Oven", "1999-05-04")


def test_a_file_without_an_opinion_says_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"docket": 1}')
    with pytest.raises(UnreadableOpinion, match="expected paragraphs, plain_text"):
        next(read_opinions(path))
    with pytest.raises(UnreadableOpinion, match=r"expected one of \.txt"):
        next(read_opinions(tmp_path / "a.doc"))


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize(
    "words",
    [
        {"text": "The bakery sued.\n\nThe court denied the motion.", "html": None},
        {"text": None, "html": "<p>The bakery sued.</p><p>The court denied the motion.</p>"},
    ],
)
def test_fetched_opinions_are_read_from_either_format(
    tmp_path: Path, suffix: str, words: dict[str, str | None]
) -> None:
    known = dict.fromkeys(FetchedOpinion.__dataclass_fields__)
    known |= {"id": "cap-7", "court": "ilnd", "court_name": "District Court, N.D. Illinois"}
    known |= {"date": "2016-05-04", "caption": "Mill v. Oven", "docket_number": "1:16-cv-00012"}
    row = FetchedOpinion(**(known | words)).as_row()
    path = tmp_path / f"opinions{suffix}"
    if suffix == ".parquet":
        write_table(pyarrow.Table.from_pylist([row]), path)
    else:
        path.write_text(json.dumps(row))
    opinion = next(read_opinions(path))
    assert list(opinion.paragraphs) == PARAGRAPHS
    assert (opinion.id, opinion.caption, opinion.decided) == ("cap-7", "Mill v. Oven", "2016-05-04")
    assert (opinion.court, opinion.docket_number) == ("ilnd", "1:16-cv-00012")


def test_a_row_without_an_opinion_does_not_lose_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"text": "The bakery sued.\u2028\n\nIt lost."}, ensure_ascii=False)
    path.write_text(f"{good}\nnonsense\n{good}\n")
    first, second, third = read_rows(path)
    assert isinstance(first, Opinion)
    assert isinstance(third, Opinion)
    assert isinstance(second, UnreadableOpinion)
    assert "a.jsonl, row 2" in str(second)


def test_a_damaged_parquet_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(UnreadableOpinion, match="no readable Parquet"):
        next(read_rows(path))


@pytest.mark.parametrize(
    ("head", "court"),
    [
        ("Appellate Court of Illinois, First District.", "ill-trial"),
        (
            "Supreme Court of Montana.\n\nAppeal from: District Court of Yellowstone County",
            "mont-trial",
        ),
        (
            "Supreme Court of Ohio.\n\nKent appeals from orders of the court about Iowa Mutual",
            "ohio-trial",
        ),
        ("Court of Chancery of Delaware.", "delch"),
        ("Connecticut Superior Court, Judicial District of Hartford at Hartford", "connsuperct"),
        ("State of Rhode Island, Superior Court.", "risuperct"),
        ("United States District Court for the District of Maine", "med"),
        ("The Supreme Court of the United States", None),
        ("The court of public opinion had ruled.", None),
    ],
)
def test_the_trial_court_is_told_by_the_head_of_plain_text(
    tmp_path: Path, head: str, court: str | None
) -> None:
    path = tmp_path / "a.txt"
    body = "\n\n".join(["MILL v. OVEN", head, "May 4, 1999.", *PARAGRAPHS, "It lost."])
    path.write_text(body)
    assert next(read_opinions(path)).court == court


@pytest.mark.parametrize(
    ("written", "number"),
    [("No. 35,365.", "35,365"), ("No. CV 02-0466021 S", "CV 02-0466021"), ("No. 7.", "7")],
)
def test_docket_numbers_of_state_courts_are_read_whole(
    tmp_path: Path, written: str, number: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join(["MILL v. OVEN", written, *PARAGRAPHS, "It lost.", "X."]))
    assert next(read_opinions(path)).docket_number == number


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    text = "The caf\u00e9 sued.\n\nThe \u201cmill\u201d answered.\n\n\u00a7 7 applies.\n\nX.\n\nY."
    path.write_bytes(text.encode(encoding))
    assert next(read_opinions(path)).paragraphs[:2] == (
        "The caf\u00e9 sued.",
        "The \u201cmill\u201d answered.",
    )


def test_the_name_of_a_file_is_no_caption(tmp_path: Path) -> None:
    path = tmp_path / "7.json"
    path.write_text(json.dumps({"name": "7.xml", "paragraphs": PARAGRAPHS}))
    assert next(read_opinions(path)).caption is None
