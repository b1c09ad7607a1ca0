"""The text of one page of a PDF: its stream, with what lies on it read in place.

Words under a black box are left out: whoever drew it did not mean them to be read.
"""

from dataclasses import dataclass, field
from typing import Any

from serve.papers.pdf_marks import Box, Marks

_DARK = 0.2
_MIN_BAR = 5.0
"""Height from which a black bar covers words; a rule is thinner."""
_ONE_LINE = 30.0
"""Height up to which a form field has one line, which its label begins."""
_NARROW, _WIDE = "iljtfr.,;:'|![]()/ ", "mwMW@%"


@dataclass
class _Chunk:
    text: str
    x: float
    y: float
    size: float


@dataclass
class _Drawing:
    """What is drawn on a page, in the order of its stream."""

    chunks: list[_Chunk] = field(default_factory=list)
    bars: list[tuple[int, Box]] = field(default_factory=list)
    shown: list[tuple[int, float]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    dark: bool = True
    dark_stroke: bool = True
    width: float = 1.0
    stack: list[tuple[bool, bool, float]] = field(default_factory=list)
    order: int = 0

    def text(self, text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        x, y = _place(tm[4], tm[5], cm)
        self.chunks.append(_Chunk(text, x, y, float(size or 12) * max(abs(tm[3]), 0.1)))

    def operation(self, operator: bytes, operands: Any, cm: Any, tm: Any) -> None:
        self.order += 1
        if operator == b"q":
            self.stack.append((self.dark, self.dark_stroke, self.width))
        elif operator == b"Q" and self.stack:
            self.dark, self.dark_stroke, self.width = self.stack.pop()
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            self.dark = _is_dark(operands)
        elif operator in (b"G", b"RG", b"K", b"SC", b"SCN"):
            self.dark_stroke = _is_dark(operands)
        elif operator == b"w":
            self.width = float(operands[0])
        elif operator == b"re":
            x, y, width, height = (float(each) for each in operands)
            self.points += [_place(x, y, cm), _place(x + width, y + height, cm)]
            self._end_path_of_rectangle()
        elif operator in (b"m", b"l"):
            self.points.append(_place(float(operands[0]), float(operands[1]), cm))
        elif operator in (b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"):
            self._add_bar(self.dark)
        elif operator in (b"S", b"s"):
            self._add_bar(self.dark_stroke and self.width >= _MIN_BAR, self.width / 2)
        elif operator == b"n":
            self.points, self.rectangles = [], []
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            self.shown.append((self.order, _place(tm[4], tm[5], cm)[1]))

    rectangles: list[Box] = field(default_factory=list)

    def _end_path_of_rectangle(self) -> None:
        self.rectangles.append(_bounds(self.points))
        self.points = []

    def _add_bar(self, covers: bool, margin: float = 0.0) -> None:
        boxes = self.rectangles + ([_bounds(self.points)] if 1 < len(self.points) <= 5 else [])
        for left, bottom, right, top in boxes if covers else ():
            box = (left, bottom - margin, right, top + margin)
            if box[3] - box[1] >= _MIN_BAR and box[2] - box[0] >= _MIN_BAR:
                self.bars.append((self.order, box))
        self.points, self.rectangles = [], []


def page_text(page: Any, marks: Marks) -> tuple[str, int]:
    """Return the text of a page with its marks read in place, and how many words were covered."""
    drawing = _Drawing()
    whole = page.extract_text(visitor_text=drawing.text, visitor_operand_before=drawing.operation)
    chunks = drawing.chunks
    covering = [(box, None) for box in marks.boxes] + [(box, order) for order, box in drawing.bars]
    if not (covering or marks.entries):
        return str(whole), 0
    texts, n_covered = [], 0
    for chunk in chunks:
        boxes = [
            box
            for box, order in covering
            if _covers_line(box, chunk) and (order is None or _drawn_before(drawing, chunk, order))
        ]
        kept, n_words = _without_covered(chunk, boxes) if boxes else (chunk.text, 0)
        texts.append(kept)
        n_covered += n_words
    if not n_covered and not marks.entries:
        return str(whole), 0
    following: dict[int, list[tuple[Box, str]]] = {}
    for box, words in sorted(marks.entries, key=lambda entry: (-entry[0][3], entry[0][0])):
        following.setdefault(_index_before(chunks, box), []).append((box, words))
    parts = [f"{words}\n" for _, words in following.get(-1, ())]
    for index, text in enumerate(texts):
        parts.append(text)
        for box, words in following.get(index, ()):
            same_line = box[1] - 3 <= chunks[index].y <= box[3]
            if not parts[-1].endswith(("\n", " ")):
                parts.append(" " if same_line else "\n")
            parts.append(words)
        if index in following:
            parts.append("\n")
    return "".join(parts), n_covered


def _index_before(chunks: list[_Chunk], box: Box) -> int:
    """Return the index of the text after which a box is read: the lowest above it, or its label."""
    left, bottom, _, top = box
    best, found = (float("inf"), 0.0), -1
    for index, chunk in enumerate(chunks):
        if not chunk.text.strip():
            continue
        label = bottom - 3 <= chunk.y <= top and chunk.x < left and top - bottom <= _ONE_LINE
        if label or chunk.y >= top - 4:
            rank = (chunk.y, -chunk.x)
            if rank <= best:
                best, found = rank, index
    return found


def _covers_line(box: Box, chunk: _Chunk) -> bool:
    return box[1] <= chunk.y + chunk.size * 0.3 and box[3] >= chunk.y + chunk.size * 0.4


def _drawn_before(drawing: _Drawing, chunk: _Chunk, order: int) -> bool:
    """Tell whether the words of a line were drawn before a box; white words on black come after."""
    return any(shown < order for shown, y in drawing.shown if abs(y - chunk.y) < 1.5)


def _without_covered(chunk: _Chunk, boxes: list[Box]) -> tuple[str, int]:
    """Return a line without the words under boxes, by the usual widths of letters."""
    words, kept, x, n_covered = chunk.text.split(" "), [], chunk.x, 0
    for word in words:
        width = sum(map(_width, word)) * chunk.size
        middle = x + width / 2
        covered = word.strip() and any(
            box[0] <= middle <= box[2] or (box[0] <= x and x + width <= box[2]) for box in boxes
        )
        n_covered += bool(covered)
        kept.append("\n" * word.count("\n") if covered else word)
        x += width + _width(" ") * chunk.size
    return " ".join(kept), n_covered


def _width(letter: str) -> float:
    if letter == "\n":
        return 0.0
    return (
        0.28
        if letter in _NARROW
        else 0.83
        if letter in _WIDE
        else 0.67
        if letter.isupper()
        else 0.54
    )


def _is_dark(operands: Any) -> bool:
    try:
        numbers = [float(each) for each in operands]
    except (TypeError, ValueError):  # a pattern
        return False
    if len(numbers) == 4:
        return numbers[3] > 1 - _DARK or min(numbers[:3]) > 1 - _DARK
    return bool(numbers) and max(numbers) < _DARK


def _place(x: float, y: float, cm: Any) -> tuple[float, float]:
    return x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
