"""Sentences of legal prose: abbreviations, wrapped lines, headings and lists."""

import pytest

from features.text.sentences import sentence_starts


@pytest.mark.parametrize(
    ("text", "first_words"),
    [
        ("It moved. It won.", ["It", "It"]),
        (
            "In re Acme Corp., No. 21-cv-135,\ncame first. Id. at 4. Dr. Roe agreed.\n\nIt ended.",
            ["In", "Id.", "Dr.", "It"],
        ),
        ("See 12 F. Supp. 3d 4. It moved.", ["See", "It"]),
        # A heading is a sentence of its own, with its number or in capitals.
        ("A. The Firm Has Not Stopped\n\nFiles were sold.", ["A.", "Files"]),
        ("THE FIRM HAS NOT STOPPED\n\nFiles were sold.", ["THE", "Files"]),
        # Items of a list are, too; "at\n24." is not an item.
        ("The firm shall:\n(a) not sell;\n(b) keep them", ["The", "(a)", "(b)"]),
        ("It cites slip op. at\n24. By contrast, it won.", ["It", "By"]),
        # The mark of a footnote does not hide the end of a sentence.
        ("The conduct is not new.3 A sale followed.", ["The", "A"]),
        # A line that goes on is one sentence.
        ("It did not\nsell files.", ["It"]),
    ],
)
def test_sentences_begin(text: str, first_words: list[str]) -> None:
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert [text[start:].split()[0] for start in starts] == first_words


def test_an_empty_text_has_one_start() -> None:
    assert sentence_starts("") == [0]
