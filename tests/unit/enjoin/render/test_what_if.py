"""What-if in the terminal: each change, what is known of it, and all combined."""

from collections.abc import Callable

from enjoin.render.what_if import show_what_if
from serve.what_if.track_record import TrackRecord
from serve.what_if.what_if import Change, WhatIf


def _change(label: str, points: float, record: TrackRecord | None = None) -> Change:
    return Change(
        party="movant",
        label=label,
        changes={},
        p_grant=0.34 + points / 100,
        p_low=0.2,
        p_high=0.6,
        points=points,
        track_record=record,
    )


def test_what_if_shows_each_change_and_all_combined(rendered: Callable[..., str]) -> None:
    changes = [_change("file a [declaration]", 5.0), _change("narrow the order", 3.0)]
    answer = WhatIf(
        p_grant=0.34,
        p_low=0.18,
        p_high=0.55,
        current={},
        combined=_change("both", 7.5),
        changes=changes,
        model_version="enjoin/1",
    )
    shown = rendered(show_what_if, answer)
    for part in ("34%", "file a [declaration]", "narrow the order", "all combined", "+7.5"):
        assert part in shown
    single = answer.model_copy(update={"changes": changes[:1]})
    assert "all combined" not in rendered(show_what_if, single)
    assert "No change" in rendered(show_what_if, answer.model_copy(update={"changes": []}))


def _record(rulings: int, text: str) -> TrackRecord:
    return TrackRecord(
        field="remedial_steps",
        value="redesigned",
        removed=False,
        rulings=rulings,
        granted=1,
        too_few=rulings < 30,
        text=text,
    )


def test_training_rulings_stand_beside_each_lever(rendered: Callable[..., str]) -> None:
    answer = WhatIf(
        p_grant=0.34,
        p_low=0.18,
        p_high=0.55,
        current={},
        changes=[
            _change("narrow the order", 3.3, _record(41, "41 had this")),
            _change("redesign", 8.8, _record(3, "too few rulings to say")),
        ],
        model_version="enjoin/1",
    )
    shown = rendered(show_what_if, answer)
    assert "training rulings" in shown
    assert "41 had this" in shown
    assert "+3.3" in shown
    assert "too few rulings to say" in shown
    assert "+8.8" not in shown  # a figure beside it would say what there is no telling
    asked = [change.model_copy(update={"party": None}) for change in answer.changes]
    requested = answer.model_copy(update={"changes": asked})
    assert "+8.8" in rendered(show_what_if, requested)
    bare = answer.model_copy(update={"changes": [_change("narrow the order", 3.3)]})
    assert "training rulings" not in rendered(show_what_if, bare)
