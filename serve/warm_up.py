"""Do beforehand what the first prediction needs: lexicons, automata, trees, tables."""

from data.embedded import clearview_motion
from data.schema import Motion
from features.build import build_features
from serve.predictor import Predictor


def warm_up_reading() -> None:
    """Read a paper that cites cases, so that whatever reads papers is loaded and compiled."""
    build_features(_motions_of_every_mode())


def answer_once(predictor: Predictor) -> None:
    """Answer about one motion, so that one like it need not wait for anything to be loaded."""
    predictor.answer(_motions_of_every_mode()[:1])


def warm_up(predictor: Predictor) -> None:
    """Answer in every mode, so that no motion need wait for anything to be loaded."""
    for motion in _motions_of_every_mode():
        predictor.answer([motion] * 2)  # of one alone, explanations are not tabulated


def _motions_of_every_mode() -> list[Motion]:
    example = clearview_motion()
    citing = f"{example.motion} See Winter v. NRDC, 555 U.S. 7, 22 (2008), decided May 3, 2020."
    text_only = Motion.model_construct(motion_type=example.motion_type, motion=citing)
    rated = example.model_copy(update={"likelihood_of_success": 3})
    return [example, text_only, rated, rated.model_copy(update={"forecast": 0.5})]
