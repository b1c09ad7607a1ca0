"""The model in use: loaded at startup, and replaced when the registry names another champion.

A request takes the model once, so a replacement in the middle of it does not affect its answer.
Whatever goes wrong with the registry or a new version, the current model stays in use.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread

from data.io.redact import shorten
from serve.model_source import locate_model, may_change, resolve_source, version_at
from serve.predictor import Predictor
from serve.warm_up import warm_up

POLL_SECONDS = 30.0
"""Interval between two polls of the registry."""
_LOG = logging.getLogger("enjoin.model")


class ModelWatcher:
    """Holds the model in use and follows the registry's alias for it.

    Parameters
    ----------
    predictor
        The first model to use.
    source
        Where that model was requested from, as in `serve.model_source.locate_model`. Only the
        champion or another alias is followed; a folder or a numbered version never changes.

    Attributes
    ----------
    predictor
        The model in use.
    on_swap
        Called with each new model once it is in use.
    last_error
        Why the last poll could not follow the registry; None if it could.
    """

    def __init__(self, predictor: Predictor, source: str | None) -> None:
        self.predictor, self.source = predictor, source
        self.on_swap: Callable[[Predictor], None] = lambda predictor: None
        self.last_error: str | None = None
        self._refused: tuple[str, str] | None = None
        """The address last refused, and why."""
        self._stop = Event()

    def poll(self) -> None:
        """Ask the registry which version to use; if it is another and usable, switch to it."""
        try:
            address = resolve_source(self.source)
            if version_at(address) == self.predictor.version:
                self._clear_error()
            elif self._refused and address == self._refused[0]:
                self._set_error(self._refused[1])  # an outage may have replaced the message
            else:
                self._swap(address)
        # Any exception of the registry, the network or a damaged model: a request is better
        # answered by the current model than not at all.
        except Exception as error:
            self._set_error(f"the registry cannot be followed: {error}")

    def follow(self, seconds: float = POLL_SECONDS) -> None:
        """Poll at an interval in a background thread, until `stop` is called."""
        if not may_change(self.source):
            return

        def poll_until_stopped() -> None:
            while not self._stop.wait(seconds):
                self.poll()

        Thread(target=poll_until_stopped, name="follow the registry", daemon=True).start()

    def stop(self) -> None:
        """Stop polling."""
        self._stop.set()

    def _swap(self, address: str) -> None:
        try:
            predictor = Predictor.from_located(locate_model(address))
            warm_up(predictor)  # ready, and known to answer, before it is used
        except ValueError as error:  # damaged, or made for other features, schema or lexicon
            self._refused = address, f"{address} is refused: {error}"
            self._set_error(self._refused[1])
            return
        before, self.predictor = self.predictor.version, predictor
        _LOG.info("%s replaces %s", predictor.version, before)
        self._clear_error()
        self.on_swap(predictor)

    def _clear_error(self) -> None:
        if self.last_error:
            _LOG.info("the registry can be followed again")
        self.last_error = None

    def _set_error(self, message: str) -> None:
        message = shorten(message)  # /health/ready shows it to anyone
        if message != self.last_error:  # logged once, not at every poll
            _LOG.warning("%s; %s stays in use", message, self.predictor.version)
        self.last_error = message
