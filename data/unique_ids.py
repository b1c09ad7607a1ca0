"""Ids that no two rows share."""

from collections.abc import Iterable


class UniqueIds:
    """Gives each row an id of its own: its name, or the name and a number.

    Parameters
    ----------
    taken
        Ids that are given already.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next_number: dict[str, int] = {}  # not counted from 2 for each of many of one name

    def take(self, name: str) -> str:
        """Return an id that is free, and take it.

        >>> ids = UniqueIds()
        >>> ids.take("doe-v-roe"), ids.take("doe-v-roe")
        ('doe-v-roe', 'doe-v-roe-2')
        """
        free, number = name, self._next_number.get(name, 2)
        while free in self._taken:
            free, number = f"{name}-{number}", number + 1
        self._next_number[name] = number
        self._taken.add(free)
        return free
