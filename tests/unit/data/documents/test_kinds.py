"""Documents told from motions: by the cues' own examples, made-up papers, and real opinions."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from data.codebook import MotionType
from data.documents.kinds import KINDS, motion_type_of, recognize, title_of
from data.embedded import clearview_motion, embedded_rulings

LONG_PAPERS = Path(__file__).parents[5] / "shared" / "longpapers"
TABLES = tomllib.loads((files("data") / "documents" / "kinds.toml").read_text(encoding="utf-8"))
BRIEF = """\
PLAINTIFF'S MEMORANDUM IN SUPPORT OF ITS MOTION FOR A PRELIMINARY INJUNCTION

The bakery has sold its rye loaf under one name since 1931. In May its former baker opened a shop
across the street and put the same name on the door. Customers who want the bakery's bread walk into
the other shop, and some have complained to the bakery of bread that it did not bake. In a like case
the court wrote: "For the foregoing reasons, it is hereby ORDERED that the motion is GRANTED." See
Mill v. Oven, 12 F.4th 3, 5 (1st Cir. 2021) (affirming an order). This Court should do the same, and
the motion should be GRANTED. A name is lost once people no longer know whose it is, so that no sum
of money gives it back. We ask the court to stop the use of the name until the case is heard.
"""
PROPOSED = """
[PROPOSED] ORDER

Upon consideration of the motion, it is hereby ORDERED that the motion is GRANTED and the defendant
is enjoined from using the name. SO ORDERED this ____ day of ________, 2021.

______________________
United States District Judge
"""
RULINGS = {
    "an order with a title": "ORDER DENYING MOTION FOR STAY\nThe anglers ask for a stay.",
    "a title in the right column": (
        "ACME CORP.,          )\n   Plaintiff,        )   No. 21-135\n   v.                )\n"
        "RUTH HALE,           )   ORDER GRANTING\n   Defendant.        )   PRELIMINARY INJUNCTION\n"
    ),
    "an opinion in the first person": (
        "MEMORANDUM OPINION\n\nRoe, Vice Chancellor.\n\nThe fund moves to put off the vote. As it "
        "has not shown that the board knew, I deny the motion."
    ),
    "a lone title": "OPINION\n\nThe tenants want heat. They shall have it.",
    "an account that tells the outcome": "The union sought an order. The court GRANTS the motion.",
    "a decision on appeal": (
        "Mill Owners v. River, 12 N.E.2d 3 (1938)\nNo. 455.\nSupreme Court.\nDecided May 3, 1938\n"
        "Appeal from the Circuit Court; Roe, Judge.\nROE, Justice.\n"
        + "The town closed the sluice, and the trial court would not open it. We think that it "
        "erred. We agree with the appellants that water is not like money. In our opinion the "
        "statute left the chancellor no choice. "
        * 8
        + "\nReversed and remanded.\nAll the Justices concur.\n"
    ),
    "a bench ruling without a title": (
        "The growers have rented the packing house for years, and the landlord would lock it. "
        * 25
        + "Having considered the papers, the court finds that the fruit would rot. The court will "
        "grant what is asked. For these reasons, IT IS HEREBY ORDERED that the house stay open. "
        "This court has heard oral argument and is satisfied that the plaintiffs have not failed. "
        "The landlord's motion is denied.\n\nEntered this 3rd of May.\nPat Doe\nDistrict Judge\n"
    ),
}
OTHERS = {
    "proposed_order": (
        PROPOSED,
        "PLAINTIFF'S PROPOSED TEMPORARY RESTRAINING ORDER\nThe sale is stopped until May.",
    ),
    "opposition": (
        "DEFENDANT'S OPPOSITION TO THE MOTION FOR A PRELIMINARY INJUNCTION\nThe shop is old.",
        "Response in Opposition to Motion for Temporary Restraining Order\n\nThe shop is closed.",
        "MEMORANDUM OF LAW IN OPPOSITION TO THE APPLICATION\nThe dam is safe.",
    ),
    "complaint": (
        "FIRST AMENDED COMPLAINT FOR DAMAGES AND INJUNCTIVE RELIEF\n1. Plaintiff is a bakery.",
        "PLAINTIFF'S ORIGINAL PETITION\nThe water company complains of the driller.",
        "Verified Complaint for Injunctive Relief\n\n1. The fund holds a tenth of the shares.",
    ),
}
MOTIONS = {
    "a brief that quotes a ruling": BRIEF,
    "a motion with a proposed order": BRIEF + PROPOSED,
    "a party named Order": "FRATERNAL ORDER OF POLICE, LODGE 7\nMOTION FOR A STAY\nIt asks this.",
    "an application for an order": "EX PARTE APPLICATION FOR ORDER GRANTING LEAVE\nThe fruit rots.",
    "a cross-motion": (
        "OPPOSITION TO MOTION TO DISMISS AND CROSS-MOTION FOR A PRELIMINARY INJUNCTION\nNo heat."
    ),
    "a complaint that moves too": "VERIFIED COMPLAINT AND MOTION FOR A TRO\nThe dam opens in May.",
    "an account of a motion": clearview_motion().motion,
    "no words": "",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_beside_the_cues_hold(kind: str) -> None:
    for example in TABLES[kind].get("matches", ()):
        found = recognize(example)
        assert found is not None, example
        assert found.kind == kind, example
    for example in TABLES[kind].get("misses", ()):
        assert recognize(example) is None, example
    assert kind == "motion" or (TABLES[kind]["matches"] and TABLES[kind]["misses"])


@pytest.mark.parametrize("name", RULINGS)
def test_a_made_up_ruling_is_recognized(name: str) -> None:
    found = recognize(RULINGS[name])
    assert found is not None
    assert found.kind == "ruling"
    assert found.by
    assert "ruling of a court" in str(found)


@pytest.mark.parametrize("kind", OTHERS)
def test_other_documents_are_recognized(kind: str) -> None:
    for text in OTHERS[kind]:
        found = recognize(text)
        assert found is not None, text
        assert found.kind == kind, text


@pytest.mark.parametrize("name", MOTIONS)
def test_a_motion_is_not_taken_for_another_document(name: str) -> None:
    assert recognize(MOTIONS[name]) is None


def test_what_a_title_shows_are_words_of_the_cues_not_of_the_parties() -> None:
    found = recognize("ORDER DENYING SECRET INVENTIONS LLC'S MOTION\nIt is about a recipe.")
    assert found is not None
    assert "SECRET" not in str(found)


@pytest.mark.parametrize(
    ("title", "motion_type"),
    [
        ("Emergency Motion for a Temporary Restraining Order", MotionType.TRO),
        ("MOTION FOR TRO AND PRELIMINARY INJUNCTION", MotionType.TRO_AND_PI),
        ("Motion for an Injunction Pending Appeal", MotionType.INJUNCTION_PENDING_APPEAL),
        ("Application for a Temporary Injunction", MotionType.PRELIMINARY_INJUNCTION),
        ("Motion to Stay the Preliminary Injunction", MotionType.STAY),
        ("Motion to Compel", None),
    ],
)
def test_a_title_names_the_kind_of_motion(title: str, motion_type: MotionType | None) -> None:
    assert motion_type_of(title) == motion_type


def test_a_title_is_found_beside_the_parties() -> None:
    found = title_of("ACME CORP., Plaintiff, v. HALE. MOTION FOR A STAY The dam opens in May.")
    assert found is not None
    assert found[0] == "motion"
    assert found[1].text.startswith("MOTION FOR A STAY")


def test_hardly_any_account_of_a_motion_is_taken_for_another_document() -> None:
    flagged = [row.id for row in embedded_rulings() if recognize(row.motion)]
    assert len(flagged) <= 0.005 * len(embedded_rulings())


@pytest.mark.skipif(not LONG_PAPERS.is_dir(), reason=f"no long papers at {LONG_PAPERS}")
def test_whole_opinions_are_recognized_and_the_papers_cut_from_them_are_not() -> None:
    def rows(name: str) -> list[dict[str, object]]:
        lines = (LONG_PAPERS / name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    opinions = [row["paragraphs"] for row in rows("opinions.jsonl")]
    texts = ["\n\n".join(paragraphs) for paragraphs in opinions if isinstance(paragraphs, list)]
    found = [recognize(text) for text in texts]
    n_rulings = sum(one is not None and one.kind == "ruling" for one in found)
    assert len(texts) > 50
    assert n_rulings >= 0.95 * len(texts)
    motions = [str(row["motion"]) for row in rows("papers.jsonl")]
    assert len(motions) > 30
    assert [one for one in map(recognize, motions) if one] == []
