"""One chunk of motions scored: its table, and what is to be told of it, as bytes of their own.

The bytes are an Arrow file whose metadata holds what is told, so that a chunk is kept or sent over
a network as one piece.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa

from data.io.chunks import Chunk
from data.io.load import Loaded, check_rows, reject_line
from data.schema import Motion, is_list
from features.build import no_collecting
from serve.predictor import Predictor, notes
from train.model.prior_shift import Prior

COMPARABLES = pa.list_(pa.struct([("id", pa.string()), ("outcome", pa.string())]))
_TOLD = b"told"
_MOST_NOTES = 1000
"""Notes of different words kept of a chunk; a million misspelt courts need not all be named."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted of every motion beside its probability.

    Attributes
    ----------
    prior
        The grant rate to adjust to, if any (see `Predictor.score`).
    contributions
        Whether to give every feature's share of the log-odds.
    comparables
        How many of the most alike training rulings to name.
    keep
        Fields of the motion to carry through.
    """

    prior: Prior | None = None
    contributions: bool = False
    comparables: int = 0
    keep: tuple[str, ...] = ()

    def identity(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        prior = self.prior
        courts = {name: list(count) for name, count in prior.courts.items()} if prior else {}
        return {
            "--prior": prior.overall if prior else None,
            "--priors": courts,
            "--contributions": self.contributions,
            "--comparables": self.comparables,
            "--keep": list(self.keep),
        }


@dataclass(frozen=True)
class Told:
    """What is to be told of a chunk.

    Attributes
    ----------
    digest
        Of its raw rows.
    rows
        How many there are, rejects included.
    rejects
        The lines of the rejects file.
    problems
        The first rejects in words.
    notes
        What in the motions could not be used, and on how many rows.
    by_court, adjusted
        Motions adjusted by their court's counts, and those adjusted at all.
    """

    digest: str
    rows: int
    rejects: list[str]
    problems: list[str]
    unknown_columns: list[str]
    later_facts: list[str]
    notes: dict[str, int]
    by_court: int = 0
    adjusted: int = 0


def kept_fields(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a motion to carry through; `all` stands for every one.

    Raises
    ------
    ValueError
        If one is no field of a motion.
    """
    fields = tuple(Motion.model_fields)
    if "all" in wanted:
        return tuple(name for name in fields if name != "id")
    for name in wanted:
        if name not in fields:
            raise ValueError(
                f"--keep {name}: expected 'all' or a field of a motion: {', '.join(fields)}"
            )
    return tuple(dict.fromkeys(name for name in wanted if name != "id"))


@no_collecting()
def score_chunk(predictor: Predictor, chunk: Chunk, wanted: Wanted) -> bytes:
    """Check and score a chunk's rows; see `read_told` and `read_table` for what comes back.

    Wrong rows are told, and the others scored. A row without an `id` is given one of its own,
    `row-<number>` by its place in the source, with `-unnamed` after it where a row of this chunk or
    before it has that id.
    """
    checked = check_rows(chunk.rows, Motion)
    give_ids(checked, chunk.start, chunk.taken)
    motions = checked.rows
    prior = wanted.prior
    told = _told(checked, chunk)
    table = pa.table({})
    if motions:
        scored = predictor.score(motions, prior, wanted.contributions, wanted.comparables)
        columns = {name: _array(name, scored[name].tolist()) for name in scored.columns}
        dumped = [motion.model_dump(mode="json", include=set(wanted.keep)) for motion in motions]
        for name in wanted.keep:
            columns[name] = pa.array([row[name] for row in dumped], _kind_of_field(name))
        table = pa.table(columns)
        if prior:
            by_court = sum(motion.court in prior.courts for motion in motions)
            adjusted = int(scored["prior"].notna().sum())
            told = replace(told, by_court=by_court, adjusted=adjusted)
    schema = table.schema.with_metadata({_TOLD: json.dumps(asdict(told)).encode()})
    sink = pa.BufferOutputStream()
    packed = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, schema, options=packed) as writer:
        writer.write_table(table.cast(schema) if motions else pa.table({}, schema=schema))
    found: bytes = sink.getvalue().to_pybytes()
    return found


def read_told(path: Path) -> Told | None:
    """Return what is told of a chunk kept in a file; None where there is none, or no whole one."""
    try:
        with pa.OSFile(str(path)) as file:
            return Told(**json.loads(pa.ipc.open_file(file).schema.metadata[_TOLD]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def read_table(path: Path) -> pa.Table:
    """Return the scores of a chunk kept in a file, one row for each motion that was scored."""
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all().replace_schema_metadata(None)


def give_ids(checked: Loaded[Motion], start: int = 1, taken: Iterable[str] = ()) -> None:
    """Give each motion without an `id` one of its own, `row-<number>` by its place in the source.

    Parameters
    ----------
    start
        The number of the first row that was checked.
    taken
        Ids that are given away already, beside those of these rows.
    """
    held = {motion.id for motion in checked.rows} | set(taken)
    for place, (motion, row) in enumerate(zip(checked.rows, checked.row_numbers, strict=True)):
        if motion.id is None:
            name = f"row-{start + row - 1}"
            while name in held:
                name += "-unnamed"
            held.add(name)
            checked.rows[place] = motion.model_copy(update={"id": name})


def _told(checked: Loaded[Motion], chunk: Chunk) -> Told:
    lines, problems = [], []
    for reject in checked.rejects:
        file, row = chunk.place_of(reject.row)
        placed = replace(reject, row=row)
        lines.append(reject_line(placed, file or None))
        problems.append(f"{file}, {placed}" if file else str(placed))
    unused = Counter(words for motion in checked.rows for words in notes(motion))
    return Told(
        digest=chunk.digest(),
        rows=len(chunk.rows),
        rejects=lines,
        problems=problems[:5],
        unknown_columns=checked.unknown_columns,
        later_facts=checked.later_facts,
        notes=dict(unused.most_common(_MOST_NOTES)),
    )


def _array(name: str, values: list[Any]) -> pa.Array:
    kind = pa.string()
    if name == "in_scope":
        kind = pa.bool_()
    elif name == "comparables":
        kind = COMPARABLES
    elif name.startswith(("p_", "contribution_")) or name == "prior":
        kind = pa.float64()
    return pa.array(values, kind, from_pandas=True)  # which has NaN for a text that is none


def _kind_of_field(name: str) -> pa.DataType:
    """Return the type of a motion's field, the same whatever a chunk happens to hold."""
    if is_list(name):
        return pa.list_(pa.string())
    kinds = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    held = _types_in(Motion.model_fields[name].annotation)
    return next((kind for known, kind in kinds.items() if known in held), pa.string())


def _types_in(annotation: Any) -> set[Any]:
    parts = get_args(annotation)
    return set().union(*map(_types_in, parts)) if parts else {annotation}
