"""Briefs from files: what is read of each format, and why a file is refused."""

import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from serve.papers import contents, extract, extract_worker
from serve.papers.extract import MAX_BYTES, UnreadablePaper, read_paper, read_paper_file
from serve.papers.extract_worker import UnreadableFile, extract_text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STAMP = "Case 1:21-cv-00135 Document 40 Filed 03/01/21 Page 3 of 9 PageID #:71"


def make_pdf(*pages: str, locked: tuple[str, str] | None = None) -> bytes:
    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = {NameObject(key): NameObject(value) for key, value in font.items()}
    for words in pages:
        page = writer.add_blank_page(612, 792)
        fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(names)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = StreamObject()
        lines = "".join(f"({line}) Tj 0 -14 Td " for line in words.split("\n") if line)
        stream.set_data(f"BT /F1 12 Tf 72 720 Td {lines}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    if locked:
        writer.encrypt(*locked, algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def make_docx(*paragraphs: str) -> Any:
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    return document


def saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def with_body(xml: str, declaration: str = "") -> bytes:
    """Return a Word file whose document is this XML."""
    written = io.BytesIO()
    whole = f"{declaration}<w:document {W}><w:body>{xml}</w:body></w:document>"
    with (
        zipfile.ZipFile(io.BytesIO(saved(make_docx()))) as package,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for part in package.infolist():
            is_document = part.filename == "word/document.xml"
            changed.writestr(part.filename, whole if is_document else package.read(part))
    return written.getvalue()


def test_plain_text_in_each_encoding() -> None:
    words = "“Stop” the sale,\nsays § 7."
    for content in (
        words.encode(),
        words.encode("utf-8-sig"),
        words.encode("utf-16"),
        words.replace("\n", "\r\n").encode(),
    ):
        assert read_paper(content, "brief.txt").text == words
        assert read_paper(content, "brief.txt").notes == []
    paper = read_paper(words.encode("cp1252"), "BRIEF.TXT")
    assert paper.text == words
    assert "Windows-1252" in paper.notes[0]


def test_pages_of_a_pdf() -> None:
    paper = read_paper(make_pdf("Movant asks\nfor relief.", "It is denied."), "brief.pdf")
    assert [line for line in paper.text.split("\n") if line] == [
        *("Movant asks", "for relief.", "It is denied.")
    ]
    assert paper.pages == 2
    assert paper.notes == []


def test_scanned_pages_are_noted() -> None:
    # Courts stamp scans too, so a page with a stamp only counts as empty.
    paper = read_paper(make_pdf(STAMP, "Some words.", ""), "brief.pdf")
    assert "2 of 3 pages" in paper.notes[0]
    assert "(1, 3)" in paper.notes[0]
    with pytest.raises(UnreadablePaper, match=r"2 page.* run OCR first"):
        read_paper(make_pdf(STAMP, ""), "scan.pdf")


def test_a_pdf_protected_from_changes_only_is_read() -> None:
    assert "words" in read_paper(make_pdf("words", locked=("", "owner")), "brief.pdf").text
    with pytest.raises(UnreadablePaper, match=r"brief\.pdf is encrypted; .* without"):
        read_paper(make_pdf("words", locked=("secret", "owner")), "brief.pdf")


def test_pages_beyond_the_limit_are_noted() -> None:
    paper = read_paper(make_pdf(*["Words."] * (extract_worker.MAX_PAGES + 1)), "appendix.pdf")
    assert paper.pages == extract_worker.MAX_PAGES + 1
    assert paper.text.count("Words.") == extract_worker.MAX_PAGES
    assert "500 of 501" in paper.notes[0]


def test_a_word_file_in_reading_order() -> None:
    document = make_docx("First.")
    table = document.add_table(2, 2)
    for place, words in enumerate(("a", "b", "c", "d")):
        table.cell(place // 2, place % 2).text = words
    cited = document.add_paragraph("The harm")
    cited._p.append(parse_xml(f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>'))
    cited.add_run(" is\tfinal.")
    document.add_paragraph("Last.")
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>See the record.</w:t></w:r></w:p></w:footnote>'
    rule = '<w:footnote w:id="0" w:type="separator"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote>'
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {W}>{rule}{note}</w:footnotes>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    paper = read_paper(saved(document), "brief.docx")
    assert paper.text.split("\n\n") == [
        *("First.", "a", "b", "c", "d", "The harm is\tfinal.", "See the record.", "Last.")
    ]
    assert paper.pages is None


def test_a_word_file_as_its_changes_leave_it() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    text_box = f"<w:txbxContent><w:p>{run.format('Boxed.')}</w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    alternatives = (
        f'<w:r><mc:AlternateContent {mc}><mc:Choice Requires="wps">{text_box}</mc:Choice>'
        f"<mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='72'/></w:tabs></w:pPr>"
        f"{run.format('It ')}<w:del><w:r><w:delText>was</w:delText></w:r></w:del>"
        f"<w:ins>{run.format('is')}</w:ins><w:moveFrom>{run.format(' gone')}</w:moveFrom>"
        f"<w:hyperlink>{run.format(' done.')}</w:hyperlink>{alternatives}</w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run.format('Held.')}</w:p></w:sdtContent></w:sdt>"
    )
    paper = read_paper(with_body(body), "brief.docx")
    assert paper.text.split("\n\n") == ["It is done.", "Boxed.", "Held."]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"", "a.txt", "a.txt is empty"),
        (b" \r\n\0", "a.pdf", "a.pdf is empty"),
        (b"\xef\xbb\xbf", "a.txt", "no text"),
        (b"x\0y", "a.txt", "not plain text"),
        (b"words", "a.odt", "expected .txt, .pdf or .docx"),
        (b"words", "a.pdf", "damaged"),
        (b"words", "a.docx", "damaged"),
        (b"words", "a.doc", "save it as .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a.docx", "without a password"),
        (b"{\\rtf1 words}", "a.doc", "save it as .docx or .txt"),
        (b"%PDF-1.7 and no more", "a.pdf", "damaged"),
        (b"PK\x03\x04 and no more", "a.docx", "damaged"),
        (b"x" * (MAX_BYTES + 1), "a.txt", "without its exhibits"),
        (b"x" * (extract_worker.MAX_CHARACTERS + 1), "a.txt", "5,000,000 characters"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else value,
)
def test_unreadable_files_are_refused_with_the_reason(
    content: bytes, name: str, expected: str
) -> None:
    with pytest.raises(UnreadablePaper, match=expected) as raised:
        read_paper(content, name)
    assert str(raised.value).startswith(name)


def test_another_zip_file() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("notes.txt", "words")
    with pytest.raises(UnreadablePaper, match="not a Word document"):
        read_paper(written.getvalue(), "notes.docx")


def test_a_file_that_unpacks_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    long = with_body(f"<w:p><w:r><w:t>{'x' * 6_000_000}</w:t></w:r></w:p>")
    assert len(long) < 100_000
    with pytest.raises(UnreadablePaper, match="5,000,000 characters"):
        read_paper(long, "long.docx")
    monkeypatch.setattr(contents, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than 1,000,000"):
        extract_text("docx", long)


def test_nothing_a_file_refers_to_is_loaded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secretwords")
    declaration = f'<!DOCTYPE d [<!ENTITY other SYSTEM "{secret.as_uri()}">]>'
    content = with_body("<w:p><w:r><w:t>seen &other;</w:t></w:r></w:p>", declaration)
    assert "secretwords" not in repr(extract_text("docx", content))


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "TIMEOUT_SECONDS", 0.001)
    with pytest.raises(UnreadablePaper, match=r"takes more than 0.001 s"):
        read_paper(make_pdf("words"), "slow.pdf")


def test_files_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "brief.docx"
    path.write_bytes(saved(make_docx("Stop it.")))
    assert read_paper_file(path).text == "Stop it."
    with pytest.raises(UnreadablePaper, match="there is no file"):
        read_paper_file(tmp_path / "other.docx")
    with pytest.raises(UnreadablePaper, match="cannot read"):
        read_paper_file(tmp_path)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["txt", "pdf", "docx", "doc", "odt", ""]))
def test_any_bytes_are_read_or_refused(content: bytes, suffix: str) -> None:
    try:
        paper = read_paper(content, f"a.{suffix}")
    except UnreadablePaper:
        return
    assert paper.text.strip()
    paper.text.encode()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["C"], exclude_characters="ﬀﬁﬂﬃﬄ")))
def test_any_text_is_kept(words: str) -> None:
    if words.strip():
        assert read_paper(words.encode(), "a.txt").text == words


UNDAMAGED = {
    "pdf": make_pdf("Words.", "More words."),
    "docx": saved(make_docx("Words.")),
}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["pdf", "docx"]), st.data())
def test_any_damage_is_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(UNDAMAGED[kind])
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(start + 200, len(content))))
    content[start:end] = data.draw(st.binary(max_size=50))
    try:
        extracted = extract_text(kind, bytes(content))
    except UnreadableFile:
        return
    assert all(isinstance(page, str) for page in extracted.pages)


def test_the_process_that_reads_a_file_gets_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []

    def run(*_: object, env: dict[str, str], **__: object) -> None:
        given.append(env)
        raise subprocess.TimeoutExpired("", 1)

    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UnreadablePaper, match="takes more than"):
        read_paper(b"%PDF-1.4 ", "brief.pdf")
    assert "secret" not in given[0].values()
    assert given[0]["PATH"]
