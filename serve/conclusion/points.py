"""The second sentence: the weak point of a motion, the strong one, and the reasons for each."""

from collections.abc import Mapping, Sequence

from serve.conclusion.reasons import Reason
from serve.conclusion.templates import Templates
from serve.responses import Side

MIN_REASON = 0.04
"""Share of the log-odds below which a reason is not worth saying: one percentage point at 50%."""
MIN_POINT = 0.08
"""Share of the log-odds below which no point is called the weak or the strong one."""
DOMINANT = 2.0
"""How many times as strong one side of a point must be for the other to go unsaid."""
MAX_REASONS = 2
"""Reasons given for each point."""
_NO_PARTY = ("context", "forum")


def say_points(p: float, reasons: Sequence[Reason], words: Templates, is_sure: bool) -> str:
    """Return the second sentence, without a capital: the weak point, the strong one, and why.

    Parameters
    ----------
    p
        The probability: below one half the weak point comes first.
    reasons
        The reasons, the strongest first.
    is_sure
        Whether the model knows such motions.
    """
    names, phrases = words.sentences["point"], words.sentences["reasons"]
    points = [reason for reason in reasons if reason.point not in _NO_PARTY]
    weak, strong = _weak_and_strong(points)
    if not weak and not strong:
        other = _strongest_context(reasons)
        return phrases["only_context"].format(other=other) if other else phrases["nothing"]
    if weak and strong:
        said = {"against": _chosen(points, weak, "opponent")}
        said["in_favor"] = _chosen(points, strong, "movant")
        kind = _balance(points, weak) if weak == strong else _first(p)
        sentence = phrases[kind].replace("{weak}", names[weak]).replace("{strong}", names[strong])
    else:
        side: Side = "opponent" if weak else "movant"
        sentence, said = _one_sided(p, reasons, weak or strong or "", side, words)
    return _filled_in(sentence, said, phrases, is_sure)


def _filled_in(
    sentence: str,
    said: Mapping[str, Sequence[Reason]],
    phrases: Mapping[str, str],
    is_sure: bool,
) -> str:
    """Put the reasons into a sentence, and say which were read from the papers."""
    all_read = all(reason.is_read for reasons in said.values() for reason in reasons)
    mark = "" if all_read else phrases["read_mark"]
    clauses = {
        name: ", and ".join(reason.words + (mark if reason.is_read else "") for reason in reasons)
        for name, reasons in said.items()
    }
    told = sentence.format(**clauses)
    if not is_sure:
        return phrases["unsure"].format(sentence=told)
    return phrases["as_read"].format(sentence=told) if all_read else told


def _weak_and_strong(points: Sequence[Reason]) -> tuple[str | None, str | None]:
    """Return the weak point and the strong one, None where there is none.

    They are the same where neither side of it is much the stronger, or nothing else speaks for the
    weaker side.
    """
    weak, strong = _strongest_point(points, "opponent"), _strongest_point(points, "movant")
    if weak is None or weak != strong:
        return weak, strong
    lowers, raises = (_weight(points, weak, side) for side in ("opponent", "movant"))
    if lowers >= DOMINANT * raises:
        return weak, _strongest_point(points, "movant", other_than=weak) or strong
    if raises >= DOMINANT * lowers:
        return _strongest_point(points, "opponent", other_than=weak) or weak, strong
    return weak, strong


def _balance(points: Sequence[Reason], point: str) -> str:
    """Return the template for a point that is both the weak and the strong one."""
    lowers, raises = (_weight(points, point, side) for side in ("opponent", "movant"))
    if lowers >= DOMINANT * raises:
        return "mostly_weak"
    return "mostly_strong" if raises >= DOMINANT * lowers else "both_in_one"


def _first(p: float) -> str:
    return "strong_first" if p >= 0.5 else "weak_first"


def _one_sided(
    p: float, reasons: Sequence[Reason], point: str, side: Side, words: Templates
) -> tuple[str, dict[str, list[Reason]]]:
    """Return the sentence where only one side has points, and the reasons to put into it."""
    names, phrases = words.sentences["point"], words.sentences["reasons"]
    points = [reason for reason in reasons if reason.point not in _NO_PARTY]
    name, key = ("weak", "against") if side == "opponent" else ("strong", "in_favor")
    said = {key: _chosen(points, point, side)}
    second = _strongest_point(points, side, other_than=point)
    if second:
        said["also"] = _chosen(points, second, side)[:1]
    sentence = phrases[f"{name}_two" if second else f"{name}_only"]
    sentence = sentence.replace(f"{{{name}}}", names[point])
    sentence = sentence.replace("{second}", names[second] if second else "")
    # A low number beside strong points alone, or a high one beside weak ones, needs a reason.
    without: Side = "movant" if side == "opponent" else "opponent"
    is_odd = (p < 0.5) == (side == "movant")
    other = _strongest_context(reasons, without, _NO_PARTY if is_odd else _NO_PARTY[:1])
    ending = phrases[f"{'only_context' if other else 'none'}_for_{without}"]
    return ending.format(sentence=sentence, other=other), said


def _strongest_context(
    reasons: Sequence[Reason], side: Side | None = None, kinds: Sequence[str] = _NO_PARTY
) -> str | None:
    """Return what else moves the estimate most; None if nothing does much."""
    for reason in reasons:  # the strongest first
        if reason.point in kinds and side in (None, reason.side) and reason.weight >= MIN_POINT:
            return reason.words
    return None


def _strongest_point(
    reasons: Sequence[Reason], side: Side, other_than: str | None = None
) -> str | None:
    """Return the point with the largest share for a side, None if it is too small to be one."""
    names = dict.fromkeys(reason.point for reason in _worth_saying(reasons, side))
    weights = {name: _weight(reasons, name, side) for name in names if name != other_than}
    strongest = max(weights, key=lambda name: weights[name], default=None)
    return strongest if strongest and weights[strongest] >= MIN_POINT else None


def _weight(reasons: Sequence[Reason], point: str, side: Side) -> float:
    of_point = (reason for reason in reasons if reason.point == point and reason.side == side)
    return sum(reason.weight for reason in of_point)


def _worth_saying(reasons: Sequence[Reason], side: Side) -> list[Reason]:
    return [reason for reason in reasons if reason.side == side and reason.weight >= MIN_REASON]


def _chosen(reasons: Sequence[Reason], point: str, side: Side) -> list[Reason]:
    """Return the reasons to say for a point and side: the specific ones, else one general one."""
    of_point = [reason for reason in _worth_saying(reasons, side) if reason.point == point]
    specific = [reason for reason in of_point if not reason.last]
    return specific[:MAX_REASONS] or of_point[:1]
