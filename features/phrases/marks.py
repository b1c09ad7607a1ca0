"""Marks: where the spaces and signs of a text in reading form stand, and where its words end."""

from typing import NamedTuple

import numpy as np

from features.phrases.spans import Flags, Numbers
from features.text.normalize import BLANK, LETTERS

_IN_WORDS = np.array([chr(code) in LETTERS for code in range(128)])


class Marks(NamedTuple):
    """Places in a text in reading form, each column in order.

    Attributes
    ----------
    spaces
        Whether a space stands at each place; one more stands for the end.
    words
        How many words begin before each place, and before the end.
    space_places, signs, blanks, semicolons, colons, apostrophes
        Where these stand; signs are all that is neither space nor of a word.
    outside
        Where no word is: at spaces and signs, and the end.
    """

    spaces: Flags
    words: Numbers
    space_places: Numbers
    signs: Numbers
    blanks: Numbers
    semicolons: Numbers
    colons: Numbers
    apostrophes: Numbers
    outside: Numbers

    def word_ends(self, places: Numbers) -> Numbers:
        """Return where the words at these places end."""
        return self.outside[self.outside.searchsorted(places)]

    def words_between(self, left: Numbers, right: Numbers) -> Numbers:
        """Count the words, and parts of words, from one place to another."""
        whole = self.words[right] - self.words[np.minimum(left + 1, right)]
        return whole + ((left < right) & ~self.spaces[left])


def marks_of(text: str) -> Marks:
    """Find the marks of a text in reading form."""
    codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    spaces = codes == ord(" ")
    begin = ~spaces & np.concatenate(([True], spaces))[: len(codes)]
    outside = (~_IN_WORDS[codes]).nonzero()[0]
    signs = outside[codes[outside] != ord(" ")]
    kinds = codes[signs]
    return Marks(
        np.append(spaces, True),
        np.append(0, begin.cumsum()),
        spaces.nonzero()[0],
        signs,
        signs[kinds == ord(BLANK)],
        signs[kinds == ord(";")],
        signs[kinds == ord(":")],
        signs[kinds == ord("'")],
        np.append(outside, len(codes)),
    )


def count_between(places: Numbers, left: Numbers, right: Numbers) -> Numbers:
    """Count the places from one up to, but not at, another."""
    return places.searchsorted(right) - places.searchsorted(left)
