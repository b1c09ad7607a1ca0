"""Answers that clients do not take, limited in size: they wait in memory."""

from array import array
from asyncio import Transport
from collections.abc import Sequence
from contextlib import suppress
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serve.http.connections import Connection

MAX_UNSENT_PER_CLIENT = 64_000_000
"""Bytes of answers that wait for one client, by key or address, to take them."""
MAX_UNSENT = 256_000_000
"""The same for all clients together."""


def too_much_unsent(connections: Sequence["Connection"], patience: float) -> list["Connection"]:
    """Return the connections to close so that what is unsent on the others can be kept.

    Those of a client that has too much, if they have waited long enough; then, if there is too much
    in all, those of the clients that have most. Of each, those that have waited longest go first.

    Parameters
    ----------
    connections
        Those that have something unsent.
    patience
        How long those of a client that has too much may wait, in seconds.
    """
    of_owner: dict[str, list[Connection]] = {}
    for each in sorted(connections, key=lambda each: (each.waits_since, each.number)):
        of_owner.setdefault(each.owner, []).append(each)
    chosen: list[Connection] = []
    unsent = {owner: sum(each.unsent for each in own) for owner, own in of_owner.items()}
    for owner, own in of_owner.items():
        while unsent[owner] > MAX_UNSENT_PER_CLIENT and own and own[0].has_waited >= patience:
            unsent[owner] -= own[0].unsent
            chosen.append(own.pop(0))
    while sum(unsent.values()) > MAX_UNSENT:
        most = max(unsent, key=lambda owner: unsent[owner])
        unsent[most] -= of_owner[most][0].unsent
        chosen.append(of_owner[most].pop(0))
    return chosen


def in_system_buffer(transport: Transport) -> int:
    """Return how many bytes the system has yet to hand to the client.

    The transport alone moves on by leaps: the system takes more from it once a third of a buffer of
    megabytes is free, for which a slow client may need minutes.
    """
    count = array("i", [0])
    with suppress(OSError):  # not every system, nor kind of connection, can tell
        ioctl(transport.get_extra_info("socket").fileno(), TIOCOUTQ, count)
    return count[0]
