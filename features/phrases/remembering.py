"""What is remembered of long papers, which every reader of a motion asks for again."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def remembered_by_thread(
    most: int,
) -> Callable[[Callable[[Given], Found]], Callable[[Given], Found]]:
    """Remember a function's last results, each thread its own.

    Threads at work on long papers would else push each other's out before they are asked for again.
    """

    def remembering(function: Callable[[Given], Found]) -> Callable[[Given], Found]:
        own = threading.local()

        def remembered(given: Given) -> Found:
            if not hasattr(own, "function"):
                own.function = lru_cache(maxsize=most)(function)
            found: Found = own.function(given)
            return found

        return remembered

    return remembering
