"""Notice in a worker process that its parent has ended, even if it was killed."""

import multiprocessing
from collections.abc import Callable
from threading import Thread


def when_parent_ends(action: Callable[[], None]) -> None:
    """Run an action once the parent of this process has ended; without a parent, never."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait_for_parent() -> None:
        parent.join()
        action()

    Thread(target=wait_for_parent, name="wait for parent", daemon=True).start()
