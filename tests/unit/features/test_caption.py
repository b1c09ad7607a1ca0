"""What captions say, of made-up papers of federal and state courts."""

from datetime import date
from pathlib import Path

import pytest

from data.schema import Motion
from features.caption import read_caption
from features.document import Document

CAPTIONS = Path(__file__).parents[2] / "support" / "captions"
EXPECTED = {
    "federal_two_columns": {
        "court": "ilnd",
        "docket_number": "1:21-cv-00135",
        "motion_type": "tro",
        "caption": "Acme Pumps, Inc. v. Ruth Hale and Hale Hydraulics LLC",
        "decided": "2021-05-10",
    },
    "california_pleading_paper": {
        "court": "calsuperct",
        "docket_number": "21STCV01234",
        "motion_type": "tro_and_pi",
        "caption": "Citrus Growers Union v. Orchard Holdings, Inc.",
    },
    "new_york_supreme_court": {
        "court": "nysupct",
        "docket_number": "512345/2022",
        "motion_type": "preliminary_injunction",
        "caption": "Linden Street Tenants Association v. Linden Realty Corp.",
    },
    "delaware_chancery": {
        "court": "delch",
        "docket_number": "2021-0456-JD",
        "motion_type": "preliminary_injunction",
        "caption": "Harbor Fund L.P. v. Bay Merger Co.",
    },
    "texas_district_court": {
        "court": "texdistct",
        "docket_number": "2021-34567",
        "motion_type": "tro",
        "caption": "Pecan Valley Water Co. v. Lone Drilling, LLC",
    },
    "stay_of_agency_action": {
        "court": "dcd",
        "docket_number": "20-1234",
        "motion_type": "stay",
        "caption": "River Anglers Council, et al. v. Secretary of the Interior",
    },
    "one_line": {
        "court": "nysd",
        "docket_number": "22-cv-7777",
        "motion_type": "preliminary_injunction",
    },
}
FIRST_WORDS = {
    "federal_two_columns": "Acme Pumps builds",
    "california_pleading_paper": "The growers rent",
    "new_york_supreme_court": "The tenants of",
    "delaware_chancery": "The fund holds",
    "texas_district_court": "The water company",
    "stay_of_agency_action": "The Secretary will",
}


def caption_text(name: str) -> str:
    return (CAPTIONS / f"{name}.txt").read_text(encoding="utf-8")


def test_every_caption_is_tried() -> None:
    assert set(EXPECTED) == {path.stem for path in CAPTIONS.glob("*.txt")}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_caption_is_read(name: str) -> None:
    caption = read_caption(caption_text(name))
    assert caption is not None
    assert caption.fields == EXPECTED[name]
    assert caption.title
    assert Motion.model_validate({"motion": "x", **caption.fields}).court == caption.court


@pytest.mark.parametrize("name", FIRST_WORDS)
def test_only_title_and_argument_are_read_as_words_of_the_motion(name: str) -> None:
    text = caption_text(name)
    document = Document(text)
    cleaned = document.cleaned
    title, argument, _ = cleaned.partition(FIRST_WORDS[name])
    assert argument
    caption = read_caption(text)
    assert caption is not None
    assert caption.title == " ".join(title.split()).rstrip(" .,:")
    for word in ("Telephone", "Bar No.", "CERTIFICATE", "served", "....", "Plaintiff,"):
        assert word not in cleaned
    starts = text.index(FIRST_WORDS[name])
    end_of_first_line = text.index("\n", starts)
    assert " ".join(text[starts:end_of_first_line].split()) in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "The bakery asks the court to stop the sale of its loaf. Mill v. Oven was like it.",
        "",
        "The court in Roe v. Doe, where the plaintiff sued the defendant, held that it was harm.",
        "ORDER GRANTING MOTION FOR A STAY\nUNITED STATES DISTRICT COURT\n",
    ],
)
def test_what_has_no_caption_gives_none(text: str) -> None:
    assert read_caption(text) is None
    assert Document(text).cleaned == " ".join(text.split())


def test_the_date_of_a_filing_stamp_is_read() -> None:
    stamp = "Case 1:21-cv-00135 Document 8 Filed 05/03/21 Page 1 of 9\n"
    caption = read_caption(stamp + caption_text("delaware_chancery"))
    assert caption is not None
    assert caption.filed == date(2021, 5, 3)
