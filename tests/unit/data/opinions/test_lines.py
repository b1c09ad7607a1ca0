"""Paragraphs out of the lines and pages of a PDF."""

import textwrap

from data.opinions.lines import is_set_in_lines, paragraphs_of_lines

PARAGRAPHS = [
    "The bakery has stood on the corner of Main Street since 1921, and sells bread, rolls and "
    "cakes to the whole town. Its owner bakes at night.",
    "In May the mill stopped its deliveries of flour without notice, although the contract of the "
    "parties runs for three more years and names no reason to end it sooner.",
    "The bakery has found no other mill that grinds rye, and says that it will have to close.",
]


def in_pages(paragraphs: list[str], lines_per_page: int = 3) -> str:
    """Set paragraphs as a PDF gives them: lines, stamps, a running head and page numbers."""
    lines = [line for text in paragraphs for line in textwrap.wrap(text, 60)]
    pages = [
        lines[start : start + lines_per_page] for start in range(0, len(lines), lines_per_page)
    ]
    stamp = "Case 1:21-cv-00135 Document 40 Filed 03/01/21 Page {} of 9 PageID #:71"
    return "\n\n".join(
        "\n".join([stamp.format(number), "MILL V. OVEN", *page, f"- {number} -"])
        for number, page in enumerate(pages, start=1)
    )


def test_lines_are_joined_across_pages_without_heads_and_numbers() -> None:
    assert paragraphs_of_lines(in_pages(PARAGRAPHS)) == PARAGRAPHS


def test_line_numbers_of_pleading_paper_are_dropped() -> None:
    numbers = "\n".join(map(str, range(1, 29)))
    text = f"{numbers}\n" + "\n".join(textwrap.wrap(PARAGRAPHS[0], 60))
    assert paragraphs_of_lines(text) == [PARAGRAPHS[0]]


def test_a_heading_is_a_paragraph_of_its_own() -> None:
    text = "\n".join([*textwrap.wrap(PARAGRAPHS[0], 60), "II. DISCUSSION", PARAGRAPHS[2]])
    assert paragraphs_of_lines(text) == [PARAGRAPHS[0], "II. DISCUSSION", PARAGRAPHS[2]]


def test_a_word_cut_at_the_end_of_a_line_is_mended() -> None:
    assert paragraphs_of_lines("The mill stopped its deliv-\neries of flour.") == [
        "The mill stopped its deliveries of flour."
    ]


def test_text_of_pages_is_told_from_text_of_paragraphs() -> None:
    long_pages = in_pages(PARAGRAPHS * 6, lines_per_page=20).split("\n\n")
    assert is_set_in_lines(long_pages)
    assert not is_set_in_lines(PARAGRAPHS)
    assert not is_set_in_lines([])
