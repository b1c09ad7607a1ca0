"""Word files of every sort: the document and its notes suffice, and what is not read is named."""

import io
import zipfile

import pytest

from serve.papers.extract import UnreadablePaper, read_paper

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_R = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORDS = "<w:p><w:r><w:t>Stop the sale.</w:t></w:r></w:p>"


def _word(
    body: str = WORDS,
    links: str = "",
    parts: dict[str, str | bytes] | None = None,
    main_type: str = MAIN,
    namespace: str = W,
    office: str = R,
    slash: str = "/",
) -> bytes:
    root = f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>'
    document = (
        f'<w:document xmlns:w="{namespace}" xmlns:r="{office}"><w:body>{body}</w:body></w:document>'
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">{root}</Relationships>',
        f"word{slash}document.xml": document,
        f"word{slash}_rels{slash}document.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'
        ),
        **(parts or {}),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return written.getvalue()


def _link(kind: str, target: str, key: str = "rId7") -> str:
    return f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"/>'


@pytest.mark.parametrize(
    "content",
    [
        _word(main_type="application/vnd.ms-word.document.macroEnabled.main+xml"),
        _word(main_type="application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        _word(namespace=STRICT, office=STRICT_R),
        _word(links=_link("image", "media/missing.png")),
        _word(links=_link("image", "NULL")),
        _word(links=_link("hyperlink", "#_top")),
        _word(slash="\\"),
        _word(parts={"word/vbaProject.bin": b"\0macro"}),
        _word(parts={"docProps/app.xml": "not xml"}),
    ],
    ids=[
        *("macros", "macro template", "strict", "missing picture", "null picture", "link to top"),
        *("backslashes", "macro part", "broken properties"),
    ],
)
@pytest.mark.parametrize("suffix", ["docx", "docm", "dotx", "dotm", "doc", ""])
def test_a_sound_file_is_read(content: bytes, suffix: str) -> None:
    paper = read_paper(content, f"brief.{suffix}")
    assert (paper.text, paper.notes) == ("Stop the sale.", [])


def test_symbols_hyphens_and_check_boxes_are_characters() -> None:
    def symbol(font: str, code: str) -> str:
        return f'<w:sym w:font="{font}" w:char="{code}"/>'

    run = (
        f"<w:p><w:r><w:t>42 U.S.C. </w:t>{symbol('Symbol', 'F0A7')}<w:t> 1983, ex</w:t>"
        f"<w:noBreakHyphen/><w:t>parte, un</w:t><w:softHyphen/><w:t>opposed </w:t>"
        f"{symbol('Wingdings', 'F0FE')}<w:t> yes</w:t>{symbol('Bookdings', 'E001')}</w:r></w:p>"
    )
    box = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/>'
        "<w:checked/></w:checkBox></w:ffData></w:fldChar><w:instrText>FORMCHECKBOX</w:instrText>"
        "<w:t>ex parte</w:t></w:r></w:p>"
    )
    paper = read_paper(_word(run + box), "brief.docx")
    assert paper.text == "42 U.S.C. § 1983, ex-parte, un\xadopposed [x] yes\n\n[x] ex parte"
    assert paper.notes == ["not read: 1 character of a symbol font"]


def test_inserted_files_are_read_or_named() -> None:
    chunks = "".join(f'<w:altChunk r:id="c{number}"/>' for number in range(6))
    targets = ["a.html", "b.txt", "c.docx", "d.rtf", "e.mht", "missing.html"]
    links = "".join(_link("aFChunk", name, f"c{number}") for number, name in enumerate(targets))
    archive = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
        "Content-Type: text/html\n\n<p>From the web.</p>\n--B--\n"
    )
    parts: dict[str, str | bytes] = {
        "word/a.html": "<html><head><title>x</title></head><p>A &amp; B</p><p>move.</p></html>",
        "word/b.txt": "The heat is off.",
        "word/c.docx": _word(),
        "word/d.rtf": "{\\rtf1 words}",
        "word/e.mht": archive,
    }
    paper = read_paper(_word(WORDS + chunks, links, parts), "brief.docx")
    assert paper.text.split("\n\n") == [
        *("Stop the sale.", "A & B", "move.", "The heat is off.", "Stop the sale."),
        "From the web.",
    ]
    assert paper.notes == ["not read: 1 inserted .rtf file, 1 inserted file that is missing"]


def test_deletions_comments_hidden_text_and_placeholders_are_not_read() -> None:
    body = (
        "<w:p><w:r><w:t>It is</w:t></w:r><w:del><w:r><w:delText> not</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> secretly</w:t></w:r><w:ins><w:r><w:t> so.</w:t></w:r>"
        "</w:ins></w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>"
        "Click here</w:t></w:r></w:p></w:sdtContent></w:sdt><w:sdt><w:sdtContent><w:p><w:r><w:t>"
        "Kept.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    comments = f'<w:comments xmlns:w="{W}"><w:comment w:id="1">{WORDS}</w:comment></w:comments>'
    links = _link("comments", "comments.xml")
    paper = read_paper(_word(body, links, {"word/comments.xml": comments}), "brief.docx")
    assert paper.text == "It is so.\n\nKept."
    assert paper.notes == ["not read: 1 comment, 1 hidden run of text"]


def test_notes_that_are_missing_are_named() -> None:
    paper = read_paper(_word(links=_link("footnotes", "footnotes.xml")), "brief.docx")
    assert paper.text == "Stop the sale."
    assert paper.notes == ["not read: 1 part with footnotes that is missing or damaged"]


def test_an_open_document_text_is_read() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    body = (
        f'<o:document-content xmlns:o="{office}office:1.0" xmlns:t="{office}text:1.0"><o:body>'
        "<o:text><t:tracked-changes><t:p>gone</t:p></t:tracked-changes><t:h>Motion</t:h>"
        "<t:p>It<t:s t:c='2'/>asks<t:note><t:note-body><t:p>Note.</t:p></t:note-body></t:note> now."
        "<o:annotation><t:p>why?</t:p></o:annotation></t:p></o:text></o:body></o:document-content>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("META-INF/manifest.xml", "<m/>")
        package.writestr("content.xml", body)
    paper = read_paper(written.getvalue(), "brief.odt")
    assert paper.text == "Motion\n\nIt  asks now.\n\nNote."
    assert paper.notes == ["not read: 1 comment"]


@pytest.mark.parametrize("name", ["brief.html", "brief.htm", "", "brief.txt"])
def test_html_is_read_as_html(name: str) -> None:
    page = (
        b"<!DOCTYPE html><html><head><title>t</title></head><p>Stop&nbsp;it.</p><script>x</script>"
    )
    assert read_paper(page, name).text.replace("\xa0", " ") == "Stop it."


def test_another_office_file_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(UnreadablePaper, match="not a Word document"):
        read_paper(written.getvalue(), "rates.docx")
