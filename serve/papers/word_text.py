"""Read a Word file: its document and notes, as the tracked changes leave them.

Macros, templates, Strict files and files with missing pictures are read like any other. What is not
read (comments, embedded objects, charts) is named.
"""

import email
import email.policy
import posixpath
from collections import Counter
from collections.abc import Callable
from typing import Any

from data.opinions.markup import BrokenMarkup, parse_markup
from serve.papers.contents import Extracted, UnreadableFile, counted
from serve.papers.word_package import Package, Relation
from serve.papers.word_symbols import symbol

_MAX_DEPTH = 3
"""Files within files that are read."""
_CHARACTERS = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\xad",
}  # fmt: skip
_SKIPPED = frozenset(
    ["del", "moveFrom", "pPr", "delText", "instrText", "delInstrText", "Fallback", "rt", "sdtPr",
     "tblPr", "tcPr", "trPr", "sectPr"]
)  # fmt: skip
"""Deletions, properties, codes of fields, and the second copy of a text box."""
_UNREAD = {"object": "embedded object", "OLEObject": "embedded object", "chart": "chart",
           "relIds": "diagram", "subDoc": "linked document"}  # fmt: skip
_TEXT = frozenset(["t"])
Notes = dict[tuple[str, str], list[str]]
"""Lines of each footnote and endnote, by kind and id."""


def read_word(content: bytes) -> Extracted:
    """Return the text of a Word file, template or not, or of an OpenDocument text.

    Raises
    ------
    UnreadableFile
        If the file is another one, or unpacks too far.
    """
    package = Package(content)
    if "content.xml" in package and "META-INF/manifest.xml" in package:
        from serve.papers.open_document import read_open_document

        return read_open_document(package)
    left_out: Counter[str] = Counter()
    lines = _lines_of(package, left_out, 0)
    notes = []
    if left_out:
        things = ", ".join(counted(count, thing) for thing, count in left_out.items())
        notes.append(f"not read: {things}")
    return Extracted(["\n\n".join(lines)], [], None, notes)


def _lines_of(package: Package, left_out: Counter[str], depth: int) -> list[str]:
    document = package.document()
    if document is None:
        raise UnreadableFile("is not a Word document; expected .docx, .pdf or .txt")
    root = package.xml(document)
    if _local(root) != "document":
        raise UnreadableFile("is not a Word document; expected .docx, .pdf or .txt")
    reader = _Reader(package, package.relations(document), left_out, depth)
    reader.read_notes()
    lines: list[str] = []
    reader.collect(root, [], lines)
    return lines


class _Reader:
    """Reads one document; see `read_word`."""

    def __init__(
        self,
        package: Package,
        relations: dict[str, Relation],
        left_out: Counter[str],
        depth: int,
    ) -> None:
        self.package = package
        self.relations = relations
        self.left_out = left_out
        self.depth = depth
        self.notes: Notes = {}

    def read_notes(self) -> None:
        """Read the footnotes and endnotes, and count the comments."""
        for relation in self.relations.values():
            kind = relation.kind.removesuffix("s")
            if kind not in ("footnote", "endnote", "comment"):
                continue
            try:
                root = self.package.xml(relation.target)
            except (KeyError, SyntaxError):
                self.left_out[f"part with {kind}s that is missing or damaged"] += 1
                continue
            for note in root:
                if _local(note) != kind:
                    continue
                if kind == "comment":
                    self.left_out["comment"] += 1
                # Separators, the rules above the notes, are notes with a type of their own.
                elif _attribute(note, "type", "normal") == "normal":
                    lines: list[str] = []
                    self.collect(note, [], lines)
                    words = [line for line in lines if line.strip()]
                    self.notes[kind, _attribute(note, "id")] = words

    def collect(self, node: Any, words: list[str], lines: list[str]) -> None:
        """Add the text under a node to the words of the current paragraph, and to the whole lines.

        A note follows the paragraph that first cites it, so that the sentence is not interrupted.
        """
        for child in node:
            name = _local(child)
            if name is None or name in _SKIPPED:
                continue
            if name == "p" and _is_paragraph(child):
                paragraph: list[str] = []
                following: list[str] = []  # notes, and text boxes anchored in the paragraph
                self.collect(child, paragraph, following)
                lines += ["".join(paragraph), *following]
            elif name in _TEXT:
                words.append(child.text or "")
            elif name in _CHARACTERS:
                words.append(_CHARACTERS[name])
            elif name == "sym":
                self._add_symbol(child, words)
            elif name in ("footnoteReference", "endnoteReference"):
                kind = name.removesuffix("Reference")
                lines += self.notes.pop((kind, _attribute(child, "id")), [])
            elif name == "checkBox":
                words.append("[x] " if _is_ticked(child) else "[ ] ")
            elif name == "altChunk":
                lines += self._other_file(_attribute(child, "id"))
            elif name == "r" and _is_hidden(child):
                self.left_out["hidden run of text"] += _has_text(child)
            elif name == "sdt" and _shows_placeholder(child):
                continue
            else:
                if name in _UNREAD and name != "object":
                    self.left_out[_UNREAD[name]] += 1
                self.collect(child, words, lines)

    def _add_symbol(self, node: Any, words: list[str]) -> None:
        character = symbol(_attribute(node, "font"), _attribute(node, "char"))
        if character is None:
            self.left_out["character of a symbol font"] += 1
        else:
            words.append(character)

    def _other_file(self, key: str) -> list[str]:
        """Return the text of a file that stands within the document."""
        relation = self.relations.get(key)
        if relation is None or relation.target not in self.package:
            self.left_out["inserted file that is missing"] += 1
            return []
        suffix = posixpath.splitext(relation.target)[1].lower()
        content = self.package.read(relation.target)
        read = _READERS.get(suffix)
        if read is not None:
            return read(content)
        if suffix in (".docx", ".docm", ".dotx", ".dotm") and self.depth < _MAX_DEPTH:
            return _lines_of(Package(content), self.left_out, self.depth + 1)
        self.left_out[f"inserted {suffix or 'unknown'} file"] += 1
        return []


def html_blocks(content: bytes) -> list[str]:
    """Return the paragraphs of a page in HTML.

    Raises
    ------
    UnreadableFile
        If it is no HTML, even as careless programs write it.
    """
    try:
        return [" ".join(block.split()) for block in parse_markup(_decoded(content)).blocks]
    except BrokenMarkup as error:
        raise UnreadableFile(f"is no readable HTML: {error}") from None


def _text_blocks(content: bytes) -> list[str]:
    return [_decoded(content)]


def _web_archive_blocks(content: bytes) -> list[str]:
    """Return the paragraphs of the first page of a web archive (MHTML)."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "text/plain"):
            payload = part.get_payload(decode=True)
            body = payload if isinstance(payload, bytes) else b""
            return html_blocks(body) if part.get_content_subtype() == "html" else [_decoded(body)]
    return []


_READERS: dict[str, Callable[[bytes], list[str]]] = {
    ".html": html_blocks, ".htm": html_blocks, ".xhtml": html_blocks, ".mht": _web_archive_blocks,
    ".mhtml": _web_archive_blocks, ".txt": _text_blocks, ".text": _text_blocks,
}  # fmt: skip


def _decoded(content: bytes) -> str:
    marks = (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if content.startswith(marks) else "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _local(node: Any) -> str | None:
    """Return the name of an element without its namespace: Strict files have others."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else None


def _attribute(node: Any, name: str, default: str = "") -> str:
    found = (value for key, value in node.attrib.items() if key.rpartition("}")[2] == name)
    return str(next(found, default))


def _is_paragraph(node: Any) -> bool:
    """Tell a paragraph of the document from one of a drawing."""
    return "wordprocessingml" in node.tag


def _is_on(node: Any) -> bool:
    return _attribute(node, "val", "1") not in ("0", "false", "off")


def _is_ticked(box: Any) -> bool:
    """Tell whether a check box of an old form is ticked: as entered, else by default."""
    states = {_local(child): _is_on(child) for child in box}
    return states.get("checked", states.get("default", False))


def _is_hidden(run: Any) -> bool:
    return any(
        _local(item) == "vanish" and _is_on(item)
        for properties in run
        if _local(properties) == "rPr"
        for item in properties
    )


def _has_text(run: Any) -> bool:
    return any(_local(child) == "t" and (child.text or "").strip() for child in run)


def _shows_placeholder(control: Any) -> bool:
    """Tell whether a content control still says "Click here to enter text"."""
    return any(
        _local(item) == "showingPlcHdr" and _is_on(item)
        for properties in control
        if _local(properties) == "sdtPr"
        for item in properties
    )
