"""What lies on a page of a PDF beside its stream: form entries, free text, redactions, comments."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Box = tuple[float, float, float, float]
_HIDDEN = 2 | 32
"""Flags of an annotation that is not shown."""
_PASSWORD, _PUSH_BUTTON = 1 << 13, 1 << 16
_COMMENTS = frozenset(
    ["/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Ink", "/Popup"]
)
_DARK = 0.2


@dataclass
class Marks:
    """The marks of one page.

    Attributes
    ----------
    entries
        Words to read in place, with the box they fill.
    boxes
        Boxes of redactions, under which nothing is read.
    left_out
        How many comments, stamps and the like there are, which are not read.
    """

    entries: list[tuple[Box, str]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    n_fields: int = 0
    n_free_texts: int = 0


def marks_of(page: Any) -> Marks:
    """Return the form entries, free text, redactions and comments of a page."""
    marks = Marks()
    for reference in page.get("/Annots") or ():
        annotation = reference.get_object()
        if not hasattr(annotation, "get") or "/Rect" not in annotation:
            continue
        if int(annotation.get("/F", 0)) & _HIDDEN:
            continue
        kind, box = annotation.get("/Subtype"), _box(annotation["/Rect"])
        if kind == "/Widget":
            if words := field_value(annotation):
                marks.entries.append((box, words))
                marks.n_fields += 1
        elif kind == "/FreeText":
            if words := _text(annotation.get("/Contents")) or _appearance(page, annotation):
                marks.entries.append((box, words))
                marks.n_free_texts += 1
        elif kind == "/Redact" or (kind == "/Square" and _is_dark(annotation.get("/IC"))):
            marks.boxes += _quads(annotation) or [box]
        elif kind == "/Stamp":
            marks.left_out["stamp annotation"] += 1
        elif kind == "/FileAttachment":
            marks.left_out["attached file"] += 1
        elif kind in _COMMENTS and kind != "/Popup" and _text(annotation.get("/Contents")):
            marks.left_out["comment"] += 1
    return marks


def field_value(widget: Any) -> str:
    """Return what is entered in a form field: words, the choices made, or [x] for a box ticked."""
    kind, flags = _inherited(widget, "/FT"), int(_inherited(widget, "/Ff") or 0)
    value = _inherited(widget, "/V")
    if kind == "/Btn":
        state = widget.get("/AS")
        state = value if state is None else state
        ticked = not flags & _PUSH_BUTTON and state not in (None, "/Off", "")
        return "[x]" if ticked else ""
    if kind == "/Tx":
        return "" if flags & _PASSWORD else _text(value)
    if kind == "/Ch":
        chosen = value if isinstance(value, list) else [value]
        labels = _labels(_inherited(widget, "/Opt"))
        words = [_text(each) for each in chosen]
        return "; ".join(labels.get(word, word) for word in words if word)
    return ""


def _labels(options: Any) -> dict[str, str]:
    """Return the words shown for the values of a choice field."""
    pairs = (option.get_object() for option in options or ())
    return {_text(pair[0]): _text(pair[1]) for pair in pairs if isinstance(pair, list)}


def _inherited(widget: Any, name: str) -> Any:
    node, depth = widget, 0
    while node is not None and depth < 20:
        if name in node:
            return node[name].get_object()
        parent = node.get("/Parent")
        node, depth = parent.get_object() if parent is not None else None, depth + 1
    return None


def _text(value: Any) -> str:
    """Return a text string, or the text of a stream."""
    value = value.get_object() if hasattr(value, "get_object") else value
    if hasattr(value, "get_data"):
        value = value.get_data()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip() if isinstance(value, str) else ""


def _appearance(page: Any, annotation: Any) -> str:
    """Return the words that an annotation is drawn with."""
    drawn = annotation.get("/AP", {}).get("/N")
    return page.extract_xform_text(drawn).strip() if drawn is not None else ""


def _is_dark(color: Any) -> bool:
    return color is not None and len(color) in (1, 3) and max(map(float, color)) < _DARK


def _box(numbers: Any) -> Box:
    left, bottom, right, top = (float(number) for number in numbers)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _quads(annotation: Any) -> list[Box]:
    points = [float(number) for number in annotation.get("/QuadPoints") or ()]
    return [
        (min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2]))
        for quad in (points[start : start + 8] for start in range(0, len(points) - 7, 8))
    ]


def xfa_entries(reader: Any) -> list[str]:
    """Return the entries of a form in XFA, in their order; [] without one."""
    from lxml import etree

    form = reader.trailer["/Root"].get("/AcroForm")
    packets = form.get_object().get("/XFA") if form is not None else None
    packets = packets.get_object() if packets is not None else None
    if packets is None:
        return []
    streams = packets[1::2] if isinstance(packets, list) else [packets]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    entries = []
    for stream in streams:
        root = etree.fromstring(stream.get_object().get_data(), parser)
        if root is None:
            continue
        for data in root.iter("{http://www.xfa.org/schema/xfa-data/1.0/}data"):
            leaves = (leaf for leaf in data.iter() if isinstance(leaf.tag, str) and not len(leaf))
            entries += [words for leaf in leaves if (words := (leaf.text or "").strip())]
    return entries
