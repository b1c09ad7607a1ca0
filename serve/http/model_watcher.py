"""The model that answers: loaded at start, and swapped when the registry names another champion.

A request takes the model once, when it is answered, so that one swapped in meanwhile never mixes
with it. Whatever goes wrong while looking for another model, the one that is loaded goes on
answering.
"""

import gc
import logging
from collections.abc import Callable
from threading import Event, Thread

from data.embedded import clearview_motion
from data.io.redact import without_secrets
from data.schema import Motion
from serve.model_source import follows, locate_model, wanted
from serve.predictor import Predictor

LOOK_SECONDS = 30.0
"""How often the registry is asked which version is champion."""
_LOG = logging.getLogger("enjoin.model")


def warm(predictor: Predictor) -> None:
    """Answer in every mode, so that what is made at first use is made before anyone asks."""
    example = clearview_motion()
    cited = f"{example.motion} See Winter v. NRDC, 555 U.S. 7, 22 (2008), decided May 3, 2020."
    text = Motion.model_construct(motion_type=example.motion_type, motion=cited)
    rated = example.model_copy(update={"likelihood_of_success": 3})
    for motion in (example, text, rated):
        predictor.answer([motion])
    # The lexicons and the model stay; looking through all of it for garbage takes a sixth of a
    # second, in the middle of somebody's question. Phrases that are remembered take half of that:
    # they are looked through once in some 50,000 motions, instead of 500.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1000)


class Answering:
    """Holds the model that answers.

    Parameters
    ----------
    predictor
        The model to begin with.
    source
        Where it was asked for, as in `serve.model_source.locate_model`; only the champion, or another
        alias, is followed. A folder or a numbered version stays what it is.
    swapped
        Called with each new model after it has taken over.

    Attributes
    ----------
    trouble
        Why the registry could not be followed when last looked at; None when all is well.
    """

    def __init__(
        self,
        predictor: Predictor,
        source: str | None = "",
        swapped: Callable[[Predictor], None] = lambda predictor: None,
    ) -> None:
        self.predictor, self.source, self.swapped = predictor, source, swapped
        self.trouble: str | None = None
        self._refused: tuple[str, str] | None = None
        """The address last refused, and why."""
        self._stop = Event()

    def look(self) -> None:
        """Ask the registry which version should answer, and swap it in if it is another and fit."""
        try:
            address = wanted(self.source)
            if address.removeprefix("models:/") == self.predictor.version:
                self._all_well()
            elif self._refused and address == self._refused[0]:
                self._tell(self._refused[1])  # which an outage, or another champion, had unsaid
            else:
                self._swap(address)
        # Whatever the registry, the network or a damaged model may raise: a lawyer's question is
        # better answered by the model that is loaded than not at all.
        except Exception as error:
            self._tell(f"the registry cannot be followed: {error}")

    def follow(self, seconds: float = LOOK_SECONDS) -> None:
        """Look every so often from now on, in a thread of its own, until `stop`."""
        if not follows(self.source):
            return

        def look_again() -> None:
            while not self._stop.wait(seconds):
                self.look()

        Thread(target=look_again, name="follow the registry", daemon=True).start()

    def stop(self) -> None:
        """Follow the registry no more."""
        self._stop.set()

    def _swap(self, address: str) -> None:
        try:
            found = Predictor.from_located(locate_model(address))
            warm(found)  # ready, and seen to answer, before it takes over
        except ValueError as error:  # damaged, or of other features, schema or lexicon
            self._refused = address, f"{address} is refused: {error}"
            self._tell(self._refused[1])
            return
        before, self.predictor = self.predictor.version, found
        _LOG.info("%s answers now, in place of %s", found.version, before)
        self._all_well()
        self.swapped(found)

    def _all_well(self) -> None:
        if self.trouble:
            _LOG.info("the registry is followed again")
        self.trouble = None

    def _tell(self, trouble: str) -> None:
        trouble = without_secrets(trouble)  # anyone may ask after the endpoint's health
        if trouble != self.trouble:  # said once, not every half minute
            _LOG.warning("%s; %s goes on answering", trouble, self.predictor.version)
        self.trouble = trouble
