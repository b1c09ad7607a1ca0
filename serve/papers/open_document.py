"""Read an OpenDocument text (.odt, .ott): its paragraphs and notes, without deletions."""

from collections import Counter
from typing import Any

from serve.papers.contents import Extracted, UnreadableFile, counted
from serve.papers.word_package import Package

_SKIPPED = {"tracked-changes": "", "annotation": "comment", "annotation-end": "", "forms": ""}
_CHARACTERS = {"tab": "\t", "line-break": "\n"}


def read_open_document(package: Package) -> Extracted:
    """Return the text of an OpenDocument text.

    Raises
    ------
    UnreadableFile
        If it is a spreadsheet or the like.
    """
    root = package.xml("content.xml")
    bodies = [node for node in root.iter() if _local(node) == "text" and "office" in node.tag]
    if not bodies:
        raise UnreadableFile("is not a text document; expected .docx, .pdf or .txt")
    lines: list[str] = []
    left_out: Counter[str] = Counter()
    _collect(bodies[0], lines, left_out)
    things = ", ".join(counted(count, thing) for thing, count in left_out.items())
    return Extracted(["\n\n".join(lines)], [], None, [f"not read: {things}"] if things else [])


def _collect(node: Any, lines: list[str], left_out: Counter[str]) -> None:
    for child in node:
        name = _local(child)
        if name in _SKIPPED:
            if _SKIPPED[name]:
                left_out[_SKIPPED[name]] += 1
        elif name in ("p", "h"):
            following: list[str] = []
            lines += [_words(child, following, left_out), *following]
        elif name is not None:
            _collect(child, lines, left_out)


def _words(node: Any, following: list[str], left_out: Counter[str]) -> str:
    """Return the words of a paragraph; its notes and frames follow it."""
    parts = [node.text or ""]
    for child in node:
        name = _local(child)
        if name in _SKIPPED:
            if _SKIPPED[name]:
                left_out[_SKIPPED[name]] += 1
        elif name in ("note", "frame", "custom-shape"):
            _collect(child, following, left_out)
        elif name in _CHARACTERS:
            parts.append(_CHARACTERS[name])
        elif name == "s":
            parts.append(" " * min(_spaces(child), 100))
        elif name is not None:
            parts.append(_words(child, following, left_out))
        parts.append(child.tail or "")
    return "".join(parts)


def _spaces(node: Any) -> int:
    counts = (value for key, value in node.attrib.items() if key.endswith("}c"))
    number = str(next(counts, "1"))
    return int(number) if number.isdigit() else 1


def _local(node: Any) -> str | None:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else None
