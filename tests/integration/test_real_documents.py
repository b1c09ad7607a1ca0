"""Real court documents are read without loss, where they lie beside the checkout."""

from pathlib import Path

import pytest

from data.schema import Motion
from features.build import build_features
from features.document import Document
from serve.papers.extract import read_paper_file

REAL = Path(__file__).parents[3] / "shared" / "real"
MAX_BYTES = 40_000
"""Longer documents are left out, to save time."""
TEXTS = [path for path in sorted(REAL.rglob("_text/**/*.txt")) if path.stat().st_size < MAX_BYTES]
PDFS = sorted(REAL.rglob("*.pdf"))

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"no court documents at {REAL}")


def test_phrases_are_quoted_from_the_document_as_it_is() -> None:
    n_hits = 0
    for path in TEXTS[::4]:
        text = path.read_text(encoding="utf-8", errors="replace")
        document = Document(text)
        for hit in document.hits:
            assert text[hit.start : hit.end] == hit.words, path
            assert hit.sentence is None or hit.sentence[0] <= hit.start
            n_hits += 1
    assert n_hits > 100 * len(TEXTS[::4])


def test_the_words_of_a_document_do_not_depend_on_others_read_with_it() -> None:
    motions = [
        Motion(motion_type="tro", motion=path.read_text(encoding="utf-8", errors="replace"))
        for path in TEXTS[::10]
    ]
    together = build_features(motions).values
    for row, motion in enumerate(motions):
        alone = build_features([motion]).values
        assert alone.iloc[0].equals(together.iloc[row])


@pytest.mark.parametrize("path", PDFS, ids=[path.name for path in PDFS])
def test_a_pdf_gives_its_text(path: Path) -> None:
    assert len(read_paper_file(path).text.split()) > 100
