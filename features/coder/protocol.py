"""The reading protocol: what a language model is told when it codes a motion from its papers."""

import hashlib
from functools import cache
from importlib.resources import files


@cache
def protocol_text() -> str:
    """Return the protocol, the same for every motion and every language model."""
    return files("features.coder").joinpath("protocol.md").read_text(encoding="utf-8")


@cache
def protocol_digest() -> str:
    """Return the SHA-256 of the protocol; readings by different protocols are not the same."""
    return hashlib.sha256(protocol_text().encode()).hexdigest()
