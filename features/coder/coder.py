"""The coder: a language model reads the papers of a motion, and what it says is checked."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from data.schema import Motion
from features.coder.answers import encodable
from features.coder.blinding import blind
from features.coder.checking import CheckedReading, check_reading
from features.coder.failures import too_long
from features.coder.language_model import LanguageModel, OnProgress, Sleep
from features.coder.messages import Paper, estimated_tokens, system_message
from features.coder.parts import leave_out_back_matter
from features.coder.protocol import protocol_digest
from features.coder.reader import KeyedReading, PaperReader, size_of
from features.coder.reading import PartialMotion, Reading, known_fields
from features.coder.samples import combine_readings, forecast_spread
from features.coder.settings import CoderFailed, CoderSettings
from features.coder.spent import Spent
from features.coder.store import Kept, ReadingStore, combined_key

ANSWER_TOKENS = 3_000
"""Tokens of the context left for the answer, and for the messages about a wrong one."""
FILLED = 0.85
"""Share of the context that is used, as tokens are estimated."""
LEAST_BUDGET = 200
"""Tokens of the papers in one request at least; less is no paper."""
T = TypeVar("T")


@dataclass(frozen=True)
class Coding:
    """What came of reading the papers of one motion.

    Attributes
    ----------
    motion
        The motion as it was given: its papers, and the values its author set.
    checked
        The reading, with unproven values taken out.
    key
        The key in the store: of the reading, or of what several were combined into.
    readings
        The readings as they were answered, as many as samples were asked for.
    spread
        Standard deviation of the log-odds of their forecasts; None of one reading.
    tokens_in, tokens_out, cost
        What was spent now; nothing for what the store had. `cost` is None where no price is known.
    from_store
        Whether nothing had to be asked.
    model, protocol_digest
        Who read it, by which protocol.
    """

    motion: PartialMotion
    checked: CheckedReading
    key: str
    readings: list[Reading]
    spread: float | None
    tokens_in: int
    tokens_out: int
    cost: float | None
    from_store: bool
    model: str
    protocol_digest: str

    @property
    def reasons(self) -> dict[str, str]:
        """The reader's reasons, by field, for ratings and forecast that the author left open."""
        own = known_fields(self.motion)
        return {
            name: opinion.reason
            for name, opinion in self.checked.reading.opinions.items()
            if opinion.reason and name not in own
        }

    def to_motion(self, motion: PartialMotion | None = None) -> Motion:
        """Return the motion with what its author left open taken from the reading.

        Parameters
        ----------
        motion
            The motion with the author's values; by default as it was given to be read.

        Raises
        ------
        pydantic.ValidationError
            If neither the motion nor the reading gives a required field.
        """
        given = self.motion if motion is None else motion
        coded = self.checked.to_motion(given)
        if self.spread is None or "forecast" in known_fields(given):
            return coded
        return coded.model_copy(update={"forecast_spread": self.spread})


class Coder:
    """Reads papers with a language model.

    Requests go out from an event loop in a thread of their own, so that all share one pool of
    connections, whoever waits for them.

    Parameters
    ----------
    settings
        The model and how to reach it.
    store
        Where readings are kept; None keeps none.
    blind
        Whether caption, docket number, judge, dates and court are blanked from what is sent.
    budget
        Tokens of the papers in one request; by default what the model's context leaves.
    samples
        Readings of each motion, to be averaged.
    on_progress
        Called with each part that is read, and with each reason to wait or to ask again.
    sleep
        How to wait between attempts.

    Attributes
    ----------
    spent
        What all readings so far have taken, failed ones included.
    """

    def __init__(
        self,
        settings: CoderSettings,
        store: ReadingStore | None = None,
        blind: bool = True,
        budget: int | None = None,
        samples: int = 1,
        on_progress: OnProgress = lambda message: None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.settings = settings
        self.store = store
        self.blind = blind
        self.samples = samples
        self.spent = Spent()
        self._budget = budget
        self._on_progress = on_progress
        self._model = LanguageModel(settings, sleep)
        self._loop = _LoopThread()

    @property
    def destination(self) -> str:
        """Where the papers go, in words."""
        return self.settings.destination

    @property
    def context(self) -> tuple[int, bool]:
        """Tokens the model reads at most, and whether that is a guess."""
        return self._model.context, self._model.guesses_context

    @cached_property
    def budget(self) -> int:
        """Tokens of the papers in one request at most.

        Raises
        ------
        CoderFailed
            If the model's context has no room for papers.
        """
        if self._budget is not None:
            return max(self._budget, LEAST_BUDGET)
        context = int(self._model.context * FILLED)
        budget = context - estimated_tokens(system_message()) - ANSWER_TOKENS
        if budget < LEAST_BUDGET:
            raise too_long(self.settings)
        return budget

    def read(self, motion: PartialMotion, on_progress: OnProgress | None = None) -> Coding:
        """Read the papers of a motion, and check what the language model says.

        Parameters
        ----------
        motion
            A motion, or its fields: the paper `motion`, and any others.
        on_progress
            As for the coder, for this reading alone.

        Raises
        ------
        CoderFailed
            If the language model gives no usable answer; the message has no words of the papers.
        """
        return self._loop.result_of(self._read(motion, on_progress or self._on_progress))

    async def aread(self, motion: PartialMotion, on_progress: OnProgress | None = None) -> Coding:
        """Read the papers of a motion from an event loop; see `read`."""
        future = self._loop.submit(self._read(motion, on_progress or self._on_progress))
        return await asyncio.wrap_future(future)

    def cancel(self) -> None:
        """End the readings that are under way; whoever waits for one gets a `CancelledError`."""
        self._loop.cancel_all()

    async def _read(self, motion: PartialMotion, on_progress: OnProgress) -> Coding:
        # Texts of hundreds of pages take a second to blank or search: in a thread, others go on.
        spent = Spent()
        try:
            read = await self._read_samples(motion, spent, on_progress)
        finally:
            self.spent.take(spent)
        readings = [reading for _, reading in read]
        checked = await asyncio.to_thread(_check_all, readings, motion)
        key = read[0][0]
        if len(read) > 1:
            key = combined_key([one for one, _ in read])
            if self.store is not None:  # for whoever looks up what was read, such as an audit
                await asyncio.to_thread(self.store.put, key, Kept(checked.reading, 0, 0, None))
        return Coding(
            motion,
            checked,
            key,
            readings,
            forecast_spread(readings),
            spent.tokens_in,
            spent.tokens_out,
            spent.cost,
            spent.requests == 0,
            self.settings.model,
            protocol_digest(),
        )

    async def _read_samples(
        self, motion: PartialMotion, spent: Spent, on_progress: OnProgress
    ) -> list[KeyedReading]:
        """Read as often as asked; in smaller parts if the context turns out to be smaller."""
        while True:
            budget = self.budget
            papers = await asyncio.to_thread(self._papers, motion)
            try:
                return [
                    await PaperReader(
                        self._model, self.store, budget, sample, spent, on_progress
                    ).read(papers)
                    for sample in range(self.samples)
                ]
            except CoderFailed as error:
                smaller = min(budget, size_of(papers)) // 2
                if error.kind != "too_long" or smaller < LEAST_BUDGET:
                    raise
                on_progress(f"reading in smaller parts: {error}")
                self.budget = min(self.budget, smaller)

    def _papers(self, motion: PartialMotion) -> list[Paper]:
        """Return the papers as they are sent: blanked, and long ones without their back matter."""
        fields = known_fields(motion)
        papers: list[Paper] = [
            (name, encodable(fields[name])) for name in ("motion", "opposition") if name in fields
        ]
        if self.blind:
            papers = [(name, blind(text, motion)) for name, text in papers]
        if size_of(papers) > self.budget:
            papers = [(name, leave_out_back_matter(text)) for name, text in papers]
        return papers


def _check_all(readings: Sequence[Reading], motion: PartialMotion) -> CheckedReading:
    """Check each reading, and combine what is proven.

    Of several readings, a value counts as unproven only if the result lacks it.
    """
    checked = [check_reading(reading, motion) for reading in readings]
    if len(checked) == 1:
        return checked[0]
    combined = check_reading(combine_readings([one.reading for one in checked]), motion)
    unproven = {
        item.field: item
        for one in checked
        for item in one.unproven
        if combined.reading.coded[item.field].value is None
    }
    return replace(combined, unproven=tuple(unproven.values()))


class _LoopThread:
    """An event loop that runs in a thread of its own for as long as the process lives."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="coder", daemon=True).start()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def cancel_all(self) -> None:
        def cancel() -> None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()

        self._loop.call_soon_threadsafe(cancel)

    def result_of(self, work: Coroutine[Any, Any, T]) -> T:
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
