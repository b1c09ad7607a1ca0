"""Score one chunk of motions into bytes: an Arrow file of the scores, its summary as metadata.

One piece of bytes can be kept on disk, or sent from another process or machine.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa

from data.io.chunks import Chunk
from data.io.load import Loaded, check_rows
from data.io.problems import reject_as_json
from data.io.table_reader import TableReader
from data.schema import Motion, is_list
from serve.predictor import Predictor, score_type
from train.model.prior_shift import BaseRates

MAX_PROBLEMS = 5
"""Rejects described in words."""
MAX_NOTES = 1000
"""Distinct notes kept of a chunk: a million misspelled courts need not all be named."""
MAX_EXAMPLES = 3
"""Motions named for each reason why motions are out of scope."""
_FIGURES = re.compile(r"\s*\([^()]*\d[^()]*\)")
"""Figures of one motion in such a reason, as in "(1,234 words)"."""
_SUMMARY = b"summary"
_SCORE_TYPES = {
    bool: pa.bool_(),
    float: pa.float64(),
    str: pa.string(),
    list: pa.list_(pa.struct([("id", pa.string()), ("outcome", pa.string())])),
}


@dataclass(frozen=True)
class OutputOptions:
    """What is written for each motion beside its probability.

    Attributes
    ----------
    base_rates
        Grant rates to adjust to, if any (see `Predictor.score`).
    contributions
        Whether to write every feature's share of the log-odds.
    comparables
        Number of similar training rulings to list.
    keep
        Fields of the motion to carry through.
    """

    base_rates: BaseRates | None = None
    contributions: bool = False
    comparables: int = 0
    keep: tuple[str, ...] = ()

    def identity(self) -> dict[str, Any]:
        """Return the options as JSON values, to compare with those of an earlier run."""
        rates = self.base_rates or BaseRates()
        return {
            "--base-rate": rates.overall,
            "--court-rates": {
                court: [count.granted, count.denied] for court, count in rates.courts.items()
            },
            "--contributions": self.contributions,
            "--comparables": self.comparables,
            "--keep": list(self.keep),
        }


@dataclass(frozen=True)
class ChunkSummary:
    """What is reported of a chunk.

    Attributes
    ----------
    digest
        SHA-256 of its raw rows.
    rows
        Number of rows, rejects included.
    rejects
        Lines of the rejects file.
    problems
        The first rejects in words.
    unknown_columns, post_ruling_columns
        Columns that were ignored.
    notes
        What in the motions could not be used, with the number of rows.
    adjusted_by_court, adjusted
        Motions adjusted to a rate of their own court, and to any rate.
    understood
        Columns and values that were read as something else (`Understood.as_json`).
    out_of_scope
        Why motions are out of scope: the number of motions, and the ids of the first.
    n_out_of_scope
        Motions out of scope, each for one reason or more.
    """

    digest: str
    rows: int
    rejects: list[str]
    problems: list[str]
    unknown_columns: list[str]
    post_ruling_columns: list[str]
    notes: dict[str, int]
    adjusted_by_court: int = 0
    adjusted: int = 0
    understood: dict[str, Any] = field(default_factory=dict)
    out_of_scope: dict[str, list[Any]] = field(default_factory=dict)
    n_out_of_scope: int = 0


def kept_fields(names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a motion to carry through; `all` means every field.

    Raises
    ------
    ValueError
        If a name is not a field of a motion.
    """
    fields = tuple(Motion.model_fields)
    if "all" in names:
        return tuple(name for name in fields if name != "id")
    for name in names:
        if name not in fields:
            raise ValueError(
                f"--keep {name}: expected 'all' or a field of a motion: {', '.join(fields)}"
            )
    return tuple(dict.fromkeys(name for name in names if name != "id"))


def score_chunk(predictor: Predictor, chunk: Chunk, options: OutputOptions) -> bytes:
    """Check and score the rows of a chunk.

    Rows that fail the checks are reported and the others scored. A row without an `id` gets one:
    see `assign_ids`.

    Returns
    -------
    An Arrow file, which `read_summary` and `read_table` read.
    """
    reader = None if chunk.column_map is None else TableReader(chunk.column_map)
    checked = check_rows(chunk.rows, Motion, reader=reader)
    assign_ids(checked, chunk.start, chunk.reserved_ids)
    summary = _summarize(checked, chunk, predictor)
    table = pa.table({})
    if motions := checked.rows:
        scores = predictor.score(
            motions, options.base_rates, options.contributions, options.comparables
        )
        columns = {
            # pandas writes NaN for a missing text
            name: pa.array(scores[name].tolist(), _SCORE_TYPES[score_type(name)], from_pandas=True)
            for name in scores.columns
        }
        fields = [motion.model_dump(mode="json", include=set(options.keep)) for motion in motions]
        for name in options.keep:
            columns[name] = pa.array([_as_cell(row[name]) for row in fields], _field_type(name))
        table = pa.table(columns)
        reasons = table["why_out_of_scope"].to_pylist()
        summary = replace(
            summary,
            out_of_scope=_by_reason(table["id"].to_pylist(), reasons),
            n_out_of_scope=sum(why is not None for why in reasons),
        )
        if options.base_rates:
            courts = options.base_rates.courts
            summary = replace(
                summary,
                adjusted_by_court=sum(motion.court in courts for motion in motions),
                adjusted=int(scores["base_rate"].notna().sum()),
            )
    return _as_arrow_file(table, summary)


def read_summary(path: Path) -> ChunkSummary | None:
    """Return the summary of a chunk kept in a file; None if there is no complete file."""
    try:
        with path.open("rb") as file:  # Arrow takes no name that is not UTF-8
            return ChunkSummary(**json.loads(pa.ipc.open_file(file).schema.metadata[_SUMMARY]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, RecursionError):
        return None


def read_table(path: Path) -> pa.Table:
    """Return the scores of a chunk kept in a file, one row for each motion that was scored."""
    with path.open("rb") as file:
        return pa.ipc.open_file(file).read_all().replace_schema_metadata(None)


def assign_ids(checked: Loaded[Motion], start: int = 1, reserved: Iterable[str] = ()) -> None:
    """Give each motion without an `id` the id `row-<number>`, its row's number in the source.

    If another row has that id, `-unnamed` is appended.

    Parameters
    ----------
    checked
        The motions; changed in place.
    start
        Number of the first row that was checked.
    reserved
        Ids that rows before these have.
    """
    ids = {motion.id for motion in checked.rows} | set(reserved)
    for index, (motion, row) in enumerate(zip(checked.rows, checked.row_numbers, strict=True)):
        if motion.id is None:
            name = f"row-{start + row - 1}"
            while name in ids:
                name += "-unnamed"
            ids.add(name)
            checked.rows[index] = motion.model_copy(update={"id": name})


def _summarize(checked: Loaded[Motion], chunk: Chunk, predictor: Predictor) -> ChunkSummary:
    rejects = []
    for reject in checked.rejects:
        file, row = chunk.locate(reject.row)
        rejects.append(replace(reject, file=file, row=row))
    notes = Counter(note for motion in checked.rows for note in predictor.remarks(motion))
    return ChunkSummary(
        digest=chunk.digest(),
        rows=len(chunk.rows),
        rejects=[reject_as_json(reject, reject.file or None) for reject in rejects],
        problems=[str(reject) for reject in rejects[:MAX_PROBLEMS]],
        unknown_columns=checked.unknown_columns,
        post_ruling_columns=checked.post_ruling_columns,
        notes=dict(notes.most_common(MAX_NOTES)),
        understood=checked.understood.as_json(),
    )


def _by_reason(ids: Sequence[str], reasons: Sequence[str | None]) -> dict[str, list[Any]]:
    """Return for each reason, without figures of a motion, how many have it and the first ids."""
    found: dict[str, list[Any]] = {}
    for name, why in zip(ids, reasons, strict=True):
        for reason in dict.fromkeys(_FIGURES.sub("", each) for each in (why or "").split("; ")):
            if reason and (reason in found or len(found) < MAX_NOTES):
                entry = found.setdefault(reason, [0, []])
                entry[0] += 1
                entry[1] = [*entry[1], name][:MAX_EXAMPLES]
    return found


def _as_arrow_file(table: pa.Table, summary: ChunkSummary) -> bytes:
    table = table.replace_schema_metadata({_SUMMARY: json.dumps(asdict(summary)).encode()})
    buffer = pa.BufferOutputStream()
    compressed = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(buffer, table.schema, options=compressed) as writer:
        writer.write_table(table)
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def _field_type(name: str) -> pa.DataType:
    """Return the type of a motion's field, whatever values a chunk happens to hold."""
    if is_list(name):
        return pa.list_(pa.string())
    arrow_types = {bool: pa.bool_(), float: pa.float64(), int: pa.int64()}
    allowed = _types_in(Motion.model_fields[name].annotation)
    matching = (arrow for python, arrow in arrow_types.items() if python in allowed)
    return next(matching, pa.string())


def _as_cell(value: Any) -> Any:
    """Return a field's value as a column can hold it: quotes by field as JSON."""
    return json.dumps(value) if isinstance(value, dict) else value


def _types_in(annotation: Any) -> set[Any]:
    arguments = get_args(annotation)
    return set().union(*map(_types_in, arguments)) if arguments else {annotation}
