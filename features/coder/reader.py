"""Read papers once: in one request, or in parts that are merged; readings are kept in a store."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from features.coder.language_model import LanguageModel, OnProgress
from features.coder.messages import (
    Paper,
    estimated_tokens,
    merging_message,
    papers_message,
    system_message,
)
from features.coder.parts import merge_readings, split_into_parts
from features.coder.protocol import protocol_digest
from features.coder.reading import Reading, parse_reading
from features.coder.spent import Spent
from features.coder.store import Kept, ReadingStore, reading_key

KeyedReading = tuple[str, Reading]
"""A reading and its key in the store."""


def size_of(papers: Sequence[Paper]) -> int:
    """Return about how many tokens papers have."""
    return sum(estimated_tokens(text) for _, text in papers)


@dataclass(frozen=True)
class PaperReader:
    """Reads the papers of one motion once.

    Attributes
    ----------
    budget
        Tokens of the papers in one request at most.
    sample
        Number of the reading, from 0, where several are asked for.
    spent
        Where to count what it takes.
    """

    model: LanguageModel
    store: ReadingStore | None
    budget: int
    sample: int
    spent: Spent
    on_progress: OnProgress

    async def read(self, papers: Sequence[Paper]) -> KeyedReading:
        """Read papers; what is longer than the budget is read in parts, which are then merged.

        Raises
        ------
        CoderFailed
            If the language model gives no usable answer.
        """
        if size_of(papers) <= self.budget:
            return await self._ask(papers_message(papers))
        parts = [
            (name, part) for name, text in papers for part in split_into_parts(text, self.budget)
        ]
        readings = []
        for number, part in enumerate(parts, start=1):
            self.on_progress(f"reading part {number} of {len(parts)}")
            readings.append(await self._ask(papers_message([part], (number, len(parts)))))
        return await self._merge(readings)

    async def _merge(self, read: list[KeyedReading]) -> KeyedReading:
        """Merge the readings of parts, as many at a time as one request holds."""
        while len(read) > 1:
            groups = self._groups(read)
            if len(groups) == len(read):  # the budget does not even hold two readings
                return read[0][0], merge_readings([reading for _, reading in read])
            self.on_progress(f"merging the readings of {len(read)} parts")
            read = [await self._merge_group(group) for group in groups]
        return read[0]

    async def _merge_group(self, group: list[KeyedReading]) -> KeyedReading:
        if len(group) == 1:
            return group[0]
        return await self._ask(merging_message([read.model_dump_json() for _, read in group]))

    def _groups(self, read: Sequence[KeyedReading]) -> list[list[KeyedReading]]:
        groups: list[list[KeyedReading]] = [[]]
        room = self.budget
        for item in read:
            size = estimated_tokens(item[1].model_dump_json())
            if groups[-1] and size > room:
                groups.append([])
                room = self.budget
            groups[-1].append(item)
            room -= size
        return groups

    async def _ask(self, message: str) -> KeyedReading:
        """Return the reading that a message asks for, from the store if it is there."""
        digest = self.model.settings.model_digest
        key = reading_key([message], protocol_digest(), digest, self.sample)
        kept = None if self.store is None else await asyncio.to_thread(self.store.get, key)
        if kept is not None:
            return key, kept.reading
        asked = await self.model.ask(
            system_message(), message, parse_reading, self.on_progress, self.spent
        )
        if self.store is not None:
            kept = Kept(asked.value, asked.tokens_in, asked.tokens_out, asked.cost)
            await asyncio.to_thread(self.store.put, key, kept)
        return key, asked.value
