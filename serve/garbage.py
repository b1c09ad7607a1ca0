"""Garbage collection, for processes that hold a model."""

import gc

NEW_OBJECTS = 100_000
"""New objects after which cycles are looked for, instead of Python's 700."""


def collect_rarely() -> None:
    """Look for cyclic garbage less often in this process.

    There is hardly any: papers, phrases and answers hold no cycles. But each search goes through
    the model, the lexicons and the phrases found so far: it took a fifth of the time of a start and
    of a docket.
    """
    gc.set_threshold(NEW_OBJECTS)
