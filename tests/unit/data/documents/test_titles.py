"""Titles and columns."""

from data.documents.titles import columns, headings


def test_columns_are_told_apart_by_a_rule_or_a_gap() -> None:
    head = (
        "            IN THE COURT\n"
        "ACME CORP.,          )\n"
        "      Plaintiff,     )   MOTION FOR A\n"
        "                     )   STAY\n"
        "   v.                      No. 5\n"
        "The whole line is one. And so it stays.\n"
    )
    left, right = columns(head)
    assert len(left) == len(right) == len(head)
    lines = ("IN THE COURT", "ACME CORP.,", "Plaintiff,", "v.", head.splitlines()[-1])
    assert " ".join(left.split()) == " ".join(lines)
    assert " ".join(right.split()) == "MOTION FOR A STAY No. 5"
    for index, letter in enumerate(head):
        assert {left[index], right[index]} <= {letter, " "}


def test_a_title_runs_on_in_its_own_column() -> None:
    head = "ACME CORP.,      )  MOTION FOR\n  Plaintiff,     )  A STAY\n"
    titles = [" ".join(heading.text.split()) for heading in headings(head)]
    assert "MOTION FOR A STAY" in titles
    assert not any("Plaintiff" in title and "MOTION" in title for title in titles)
    (line,) = (one for one in headings("Motion for a Stay\nThe rest is prose.") if one.is_line)
    assert line.text == "Motion for a Stay"
