"""The outcome told by an opinion: levels, several motions, and when the rules abstain."""

import pytest

from data.opinions.outcome import label_outcome

APPEAL = "Defendant appeals from the order. Appellant contends that the order was wrong."


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (
            f"{APPEAL} The trial court denied a preliminary injunction. We affirm the denial.",
            "denied",
        ),
        (f"{APPEAL} The district court granted a preliminary injunction. We reverse.", "granted"),
        (
            f"{APPEAL} The trial court granted a temporary restraining order. After a hearing, the "
            "court denied the motion for a temporary injunction. We affirm.",
            "denied",
        ),
        ("For the foregoing reasons, the motion for a preliminary injunction is DENIED.", "denied"),
        ("For these reasons, the motion for a preliminary injunction is GRANTED.", "granted"),
        (
            "Accordingly, the motion for a preliminary injunction is granted in part and denied in "
            "part.",
            "granted_in_part",
        ),
        (
            "For these reasons, the motion for issuance of a preliminary injunction is denied, and "
            "the temporary restraining order previously entered is vacated.",
            "denied",
        ),
        (f"{APPEAL} The court refused to issue a temporary injunction. Affirmed.", "denied"),
    ],
)
def test_the_ruling_at_first_instance_is_told(text: str, outcome: str) -> None:
    label = label_outcome([text])
    assert label.outcome == outcome
    assert label.sentence in text
    assert 0 < label.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "A preliminary injunction may be granted only upon a showing of irreparable harm.",
        "Plaintiff asks the court to enter a preliminary injunction and sets out why it should.",
        "The motion for a preliminary injunction is denied as moot.",
        "Plaintiff withdrew its motion for a preliminary injunction before the hearing.",
        "For these reasons, the motion to dissolve the preliminary injunction is denied.",
        "The preliminary injunction was neither granted nor denied.",
        "For these reasons, the motion for summary judgment is granted.",
        "A preliminary injunction was never issued, as the town agreed to hold the payment.",
        f"{APPEAL} The court denied the motion to dissolve the injunction. We affirm.",
        "The order to show cause asks why a temporary injunction should not be granted.",
        "",
    ],
)
def test_the_rules_abstain_and_say_why(text: str) -> None:
    label = label_outcome([text])
    assert label.outcome is None
    assert label.why_not


def test_other_courts_rulings_are_no_ruling_on_this_motion() -> None:
    cited = (
        "In Mill v. Oven, 12 F.3d 3 (1st Cir. 1999), the court granted a preliminary injunction."
    )
    assert label_outcome([cited]).outcome is None


PI = "motion for a preliminary injunction"


@pytest.mark.parametrize(
    "text",
    [
        f"Plaintiffs' {PI} is GRANTED IN PART and DENIED IN PART.",
        f"Plaintiffs' {PI} is GRANTED-IN-PART and DENIED-IN-PART.",
        f"The Court GRANTS in part the {PI} as to Count I and DENIES it as to Count II.",
        f"Accordingly, the {PI} is granted as to the list and denied as to the covenant.",
        f"Accordingly, the {PI} is GRANTED insofar as it bars disclosure, and otherwise DENIED.",
        f"The {PI} is granted only with respect to the mark. In all other respects, it is denied.",
        f"The court granted the {PI} in part. The rest of the motion was denied.",
        f"The {PI} is partly granted and partly denied.",
        f"It is ORDERED that the {PI} is granted in part, as follows: defendant is enjoined from "
        "using the mark. It is further ORDERED that the motion is otherwise denied.",
        f"{APPEAL} The trial court granted a preliminary injunction as to the ban but denied it as "
        "to the signs. We affirm.",
    ],
)
def test_a_grant_in_part_is_told(text: str) -> None:
    assert label_outcome([text]).outcome == "granted_in_part"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (
            "Defendants' motion to dismiss is GRANTED IN PART and DENIED IN PART, and Plaintiff's "
            f"{PI} is DENIED.",
            "denied",
        ),
        (
            f"The {PI} is granted. The motion to dismiss is granted in part and denied in part.",
            "granted",
        ),
        (
            f"{APPEAL} The trial court granted a preliminary injunction. We affirm in part.",
            "granted",
        ),
    ],
)
def test_another_motion_granted_in_part_is_not_the_motion(text: str, outcome: str) -> None:
    assert label_outcome([text]).outcome == outcome
