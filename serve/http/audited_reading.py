"""What the audit log keeps of a language model's reading, and what a person made of it."""

from typing import Any

from data.schema import Motion
from features.coder.checking import check_reading
from features.coder.store import ReadingStore
from serve.http.coded_papers import read_values


def audited_reading(
    key: str, store: ReadingStore | None, motion: Motion, with_text: bool
) -> dict[str, Any]:
    """Return a reading and the person's corrections of it, as the audit log keeps them.

    Parameters
    ----------
    key
        The key of the reading.
    store
        Where it is kept. If it is not there, only the key is recorded.
    motion
        The motion as it was predicted.
    with_text
        Whether to record summary, quotes and reasons as well.

    Returns
    -------
    `reading`: its `key`, its `values` by field (null where no quote appears in the papers), and
    with text `answer`, what the language model wrote. `corrections`: for each field whose value
    differs in the motion, what was `read` and what is `given` instead.
    """
    kept = store.get(key) if store else None
    if kept is None:
        return {"reading": {"key": key, "values": None}, "corrections": None}
    values = read_values(check_reading(kept.reading, motion))
    given = motion.model_dump(mode="json")
    corrections = {
        name: {"read": value, "given": given[name]}
        for name, value in values.items()
        if not _is_same(value, given[name])
    }
    reading: dict[str, Any] = {"key": key, "values": values}
    if with_text:
        reading["answer"] = kept.reading.model_dump(mode="json")
    return {"reading": reading, "corrections": corrections}


def _is_same(read: Any, given: Any) -> bool:
    """Tell whether two values are the same; the order of a list means nothing."""
    if isinstance(read, list | tuple) and isinstance(given, list | tuple):
        return set(read) == set(given)
    return bool(read == given)
