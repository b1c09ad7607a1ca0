"""The server that the processes with the model are forked from: what all need is done in it once.

It is started before anything else, so that it imports and reads while the endpoint does the same.
"""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext


def fork_context() -> ForkServerContext:
    """Return the context of processes that start as copies of one that can read papers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["serve.http.forked"])
    return context


def start_fork_server() -> None:
    """Start the server, if it does not run, without waiting until it can fork."""
    fork_context()
    forkserver.ensure_running()
