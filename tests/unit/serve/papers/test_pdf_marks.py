"""Forms, free text, redactions and scans in PDF files: read in place, or left out with a note."""

import io
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from data.documents.stamps import systems
from serve.papers.extract import UnreadablePaper, read_paper

LINES = ("1. What happened?", "2. What do you ask?", "3. Notice given?")


def _pdf(annotations: list[dict[str, Any]] = [], drawn: str = "", lines: Any = LINES) -> bytes:  # noqa: B006
    """Return a page with lines 100 points apart from 700 down, and annotations on it."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    shown = "".join(
        f"BT /F1 12 Tf 72 {700 - 100 * row} Td ({line}) Tj ET\n" for row, line in enumerate(lines)
    )
    stream = StreamObject()
    stream.set_data(f"{shown}{drawn}".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject("/Annots")] = ArrayObject(
        writer._add_object(DictionaryObject({NameObject(k): v for k, v in each.items()}))
        for each in annotations
    )
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _rect(*numbers: float) -> ArrayObject:
    return ArrayObject(map(FloatObject, numbers))


def _widget(kind: str, value: Any, box: tuple[float, ...], **more: Any) -> dict[str, Any]:
    entries = {f"/{name}": entry for name, entry in more.items()}
    return {
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject(f"/{kind}"),
        "/V": value,
        "/Rect": _rect(*box),
        **entries,
    }


def _lines(content: bytes) -> list[str]:
    return [line for line in read_paper(content, "form.pdf").text.split("\n") if line.strip()]


def test_entries_of_a_form_are_read_after_their_labels() -> None:
    words = TextStringObject("He locked me out.")
    options = ArrayObject(
        [ArrayObject([TextStringObject("2"), TextStringObject("restore the heat")])]
    )
    content = _pdf(
        [
            _widget("Tx", words, (72, 610, 540, 690)),
            _widget("Ch", TextStringObject("2"), (72, 520, 540, 590), Opt=options),
            _widget("Btn", NameObject("/Yes"), (200, 495, 212, 507), AS=NameObject("/Yes")),
            _widget("Btn", NameObject("/Yes"), (300, 495, 312, 507), AS=NameObject("/Off")),
            _widget("Tx", TextStringObject("unseen"), (72, 300, 90, 310), F=NumberObject(2)),
        ]
    )
    assert _lines(content) == [
        LINES[0], "He locked me out.", LINES[1], "restore the heat", f"{LINES[2]} [x]"
    ]  # fmt: skip
    assert read_paper(content, "form.pdf").notes == ["3 form fields read in place"]


def test_free_text_is_read_in_place_and_comments_are_not() -> None:
    def annotation(kind: str, words: str) -> dict[str, Any]:
        box = _rect(72, 640, 300, 660)
        return {
            "/Subtype": NameObject(kind), "/Contents": TextStringObject(words), "/Rect": box
        }  # fmt: skip

    content = _pdf(
        [
            annotation("/FreeText", "The heat is off."),
            annotation("/Text", "ask the client"),
            annotation("/Stamp", "DRAFT"),
        ]
    )
    paper = read_paper(content, "form.pdf")
    assert _lines(content) == [LINES[0], "The heat is off.", *LINES[1:]]
    assert "ask the client" not in paper.text
    assert paper.notes == [
        "1 free-text annotation read in place", "not read: 1 comment, 1 stamp annotation"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("annotations", "drawn"),
    [
        ([{"/Subtype": NameObject("/Redact"), "/Rect": _rect(70, 595, 540, 615)}], ""),
        ([], "0 g 70 595 470 20 re f\n"),
        ([], "0 0 0 1 k 70 595 m 540 595 l 540 615 l 70 615 l h f\n"),
        ([], "0 G 20 w 70 604 m 540 604 l S\n"),
    ],
    ids=["annotation", "rectangle", "polygon", "thick line"],
)
def test_words_under_black_boxes_are_left_out(
    annotations: list[dict[str, Any]], drawn: str
) -> None:
    content = _pdf(annotations, drawn)
    assert _lines(content) == [LINES[0], LINES[2]]
    assert read_paper(content, "form.pdf").notes == ["5 words under black boxes left out (page 1)"]


def test_a_box_over_one_word_covers_no_other() -> None:
    content = _pdf([], "0 g 72 695 45 18 re f\n", ["Johnson asks for relief."])
    assert _lines(content)[0].strip() == "asks for relief."


@pytest.mark.parametrize(
    "drawn",
    [
        "0.9 g 70 595 470 20 re f\n",
        "0 g 70 598 470 1 re f\n",
        "0 g 70 395 470 20 re f\n",
        "0 g 70 295 470 20 re f 1 g BT /F1 12 Tf 72 300 Td (White on black) Tj ET\n",
    ],
    ids=["grey", "rule", "elsewhere", "heading"],
)
def test_what_covers_no_word_leaves_all_out_of_nothing(drawn: str) -> None:
    paper = read_paper(_pdf([], drawn), "brief.pdf")
    assert all(line in paper.text for line in LINES)
    assert ("White on black" in paper.text) == ("White" in drawn)
    assert paper.notes == []


def test_a_form_in_xfa_is_read_after_the_pages() -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(_pdf([], "", ["Please wait..."]))))
    data = StreamObject()
    data.set_data(
        b'<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form>'
        b"<harm>He shut off the heat.</harm><order/></form></xfa:data></xfa:datasets>"
    )
    packets = ArrayObject([TextStringObject("datasets"), writer._add_object(data)])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): packets})
    written = io.BytesIO()
    writer.write(written)
    paper = read_paper(written.getvalue(), "form.pdf")
    assert paper.text.split("\n\n")[-1].strip() == "He shut off the heat."
    assert "Please wait" not in paper.text
    assert "1 entry of a form in XFA" in paper.notes[0]


def _stamped(stamp: str, *more: str) -> bytes:
    writer = PdfWriter()
    for page in range(4):
        lines = [stamp.replace("Page 3", f"Page {page + 3}"), *(more if page == 1 else ())]
        writer.append(PdfReader(io.BytesIO(_pdf([], "", lines))))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


STAMPS = [
    "Case 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20 PageID #:11",
    "USCA4 Appeal: 21-12 Doc: 5 Filed: 01/02/2021 Pg: 3 of 9",
    "FILED DATE: 5/6/2031 4:05 PM 2031CH07777",
    "Filing # 177777777 E-Filed 05/06/2031 04:05:06 PM",
    "Lodged at the window of Example Court 5-6-31, no. 7",
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_paper_of_stamps_alone_is_refused_and_scanned_pages_are_named(stamp: str) -> None:
    assert systems()
    with pytest.raises(UnreadablePaper, match=r"4 page\(s\) without text but filing stamps.* OCR"):
        read_paper(_stamped(stamp), "scan.pdf")
    paper = read_paper(_stamped(stamp, "Movant asks for an order."), "brief.pdf")
    assert paper.notes[0].startswith("3 of 4 pages have no text (1, 3, 4)")
    with pytest.raises(UnreadablePaper, match="no text but filing stamps"):
        read_paper(f"{STAMPS[0]}\n\n12\n".encode(), "scan.txt")
