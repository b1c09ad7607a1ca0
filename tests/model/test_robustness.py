"""What is read from a paper does not hang on how the paper was typed or scanned."""

import random
import re
from collections.abc import Callable

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion
from data.splits import phrase_split
from features.build import BUILT, build_features
from serve.predictor import Predictor

HELD_OUT = [row for row in embedded_rulings() if phrase_split(row) == "held_out"][::5]
READ = [column.name for column in BUILT if column.family not in {"forum", "ratings"}]
TOLERANCE = 0.01
HEADER = ".\n\nCase 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20\n\n"


def hyphenated(text: str, chance: random.Random) -> str:
    """Break one long word in seven over a line's end."""

    def broken(word: re.Match[str]) -> str:
        half = len(word[0]) // 2
        return f"{word[0][:half]}-\n{word[0][half:]}" if chance.random() < 1 / 7 else word[0]

    return re.sub(r"[a-z]{7,}", broken, text)


def scanned(text: str, chance: random.Random) -> str:
    """Misread one letter in a hundred."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    wrong = (chance.choice(letters) if c.isalpha() and chance.random() < 0.01 else c for c in text)
    return "".join(wrong)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "upper case": lambda text, _: text.upper(),
    "curly quotes": lambda text, _: text.replace("'", "\u2019").replace('"', "\u201d"),
    "wrapped lines": lambda text, _: re.sub(r"((?:\S+ ){7}\S+) ", r"\1\n", text),
    "page headers": lambda text, _: HEADER.join(text.split(". ")),
    "hyphenation": hyphenated,
}


def _agreement(change: Callable[[str, random.Random], str]) -> tuple[float, float]:
    """Return the shares of rulings read wholly alike, and of indicators read alike."""
    chance = random.Random(0)
    plain, changed = [], []
    for row in HELD_OUT:
        given = {"motion_type": row.motion_type, "motion": row.motion}
        opposition = row.opposition or ""
        plain.append(Motion.model_validate(given | {"opposition": opposition}))
        given["motion"] = change(row.motion, chance)
        changed.append(Motion.model_validate(given | {"opposition": change(opposition, chance)}))
    before, after = (build_features(motions).values[READ] for motions in (plain, changed))
    same = (before == after) | (before.isna() & after.isna())
    return float(same.all(axis=1).mean()), float(same.to_numpy().mean())


@pytest.mark.parametrize("name", CHANGES)
def test_typing_does_not_change_what_is_read(name: str) -> None:
    assert len(HELD_OUT) > 100
    rulings, _ = _agreement(CHANGES[name])
    assert rulings >= 0.95


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "page headers"])
def test_typing_does_not_change_the_probability(full_predictor: Predictor, name: str) -> None:
    """The readers, too, see the same words (a page header brings words of its own)."""
    chance = random.Random(0)
    rows = [{"motion_type": row.motion_type, "motion": row.motion} for row in HELD_OUT]
    changed = [row | {"motion": CHANGES[name](row["motion"], chance)} for row in rows]
    before, after = (
        full_predictor.score([Motion.model_validate(row) for row in some])["p_grant"]
        for some in (rows, changed)
    )
    assert ((before - after).abs() < TOLERANCE).mean() >= 0.95


def test_a_poor_scan_changes_few_indicators() -> None:
    """Some five letters of each ruling are wrong; short words and names cannot all be mended."""
    rulings, indicators = _agreement(scanned)
    assert indicators >= 0.99
    assert 0.85 <= rulings < 1.0  # the noise is really there
