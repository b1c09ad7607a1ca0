"""Citations of rulings as the Bluebook writes them."""

import pytest

from data.bluebook import bluebook_citation
from data.embedded import embedded_rulings

REPORTED = "366 F. Supp. 3d 578"


@pytest.mark.parametrize(
    ("court", "decided", "citation", "docket_number", "expected"),
    [
        ("nysd", "2019-03-21", REPORTED, "18-cv-1", f"{REPORTED} (S.D.N.Y. 2019)"),
        ("nyed", "2019", f"{REPORTED} (2019)", None, f"{REPORTED} (E.D.N.Y. 2019)"),
        ("mad", "2001", f"{REPORTED} (D. Mass. 2001)", None, f"{REPORTED} (D. Mass. 2001)"),
        ("uscfc", "2003-09", "57 Fed. Cl. 655", None, "57 Fed. Cl. 655 (2003)"),
        ("mnd", "2007-10-02", "2007 WL 1", "07-1", "No. 07-1, 2007 WL 1 (D. Minn. Oct. 2, 2007)"),
        ("ded", "2022-07", "2022 WL 1", None, "2022 WL 1 (D. Del. July 2022)"),
        ("cand", "2024-05-03", None, "No. 24-2", "No. 24-2, slip op. (N.D. Cal. May 3, 2024)"),
        ("cand", "2024", None, "24-cv-2", None),
        ("tex-trial", "2024-05-03", None, "24-2", None),
        ("cand", "2024-05-03", None, None, None),
        (None, "2024-05-03", None, "24-cv-2", None),
        ("fl-trial", "2006", "922 So. 2d 1081", None, "922 So. 2d 1081"),
        ("nysupct", "1998", "677 N.Y.S.2d 416", None, "677 N.Y.S.2d 416 (N.Y. Sup. Ct. 1998)"),
        ("nysd", "1998", "140 F.3d 1", None, "140 F.3d 1"),
    ],
)
def test_citations(
    court: str | None,
    decided: str,
    citation: str | None,
    docket_number: str | None,
    expected: str | None,
) -> None:
    cited = bluebook_citation(
        court=court,
        decided=decided,
        citation=citation,
        docket_number=docket_number,
        source_kind="opinion",
    )
    assert cited == expected


def test_what_is_only_in_the_news_is_no_slip_opinion() -> None:
    cited = bluebook_citation(
        court="cand", decided="2024-05-03", docket_number="24-cv-2", source_kind="news"
    )
    assert cited is None


def test_every_reporter_citation_of_the_embedded_rulings_is_kept() -> None:
    complete = 0
    for ruling in embedded_rulings():
        cited = bluebook_citation(
            court=ruling.court,
            decided=ruling.decided,
            citation=ruling.citation,
            docket_number=ruling.docket_number,
            source_kind=ruling.source_kind,
        )
        if ruling.citation:
            assert cited is not None
            assert ruling.citation.removesuffix(f" ({ruling.decided[:4]})") in cited
            complete += cited.endswith(")")
        elif cited:
            assert cited.endswith(")")
            assert ruling.docket_number is not None
            assert ruling.docket_number in cited
    assert complete > 240
