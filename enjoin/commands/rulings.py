"""Commands of the group `data` that judge rulings: audit them, compare coders, find duplicates."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enjoin.inputs import read_rulings
from enjoin.options import EMBEDDED, JsonOption, MapOption, PartialGrantsOption, SeedOption
from enjoin.streams import print_json
from enjoin.terminal import console, exit_on_user_error, info, plural, report_rejects, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.codings import Coding
    from data.io.load import Loaded


def audit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="RULINGS", help="file of labelled rulings, - for standard input, or 'embedded'"
        ),
    ],
    map_: MapOption = None,
    partial_grants_as: PartialGrantsOption = "granted",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="ids named for each word")] = 3,
    json_: JsonOption = False,
) -> None:
    """Look for words in the papers that give the outcome away.

    A model of single words and pairs of words, tested on cases that it has not seen, must not
    forecast the outcome better than papers written before a ruling allow; a word must not go with
    one outcome nearly always; and no paper may say how the court ruled. Words are named with the
    ids of their rulings, and nothing else of a paper is shown. Whether a word is an accident of
    your rulings or a leak is for a lawyer to judge.

    Exit code 0: nothing found; 3: something found, or some rows rejected; 2: no row fits.

    ```
    enjoin data audit rulings.csv
    enjoin data audit rulings.csv --json > audit.json
    ```
    """
    with exit_on_user_error():
        import json
        from dataclasses import asdict

        from data.io.columns import read_column_map
        from data.labels import labelled_rulings
        from data.leakage import audit_leakage
        from enjoin.render.data import show_audit

        rulings, rejected = read_rulings(source, column_map=read_column_map(map_ or []))
        found = audit_leakage(*labelled_rulings(rulings, partial_grants_as))
        if json_:
            print_json(json.dumps(asdict(found), indent=2))
        else:
            show_audit(found, limit, console())
        if rejected or not found.passes:
            raise typer.Exit(3)


def agreement(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="codings by one person")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="codings by another")],
    map_: MapOption = None,
    differences: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="write where they differ to this .csv file"),
    ] = None,
    seed: SeedOption = 0,
    json_: JsonOption = False,
) -> None:
    """Compare two codings of the same motions: Cohen's kappa of each field.

    Motions are matched by id. The files may be motions or rulings, as `enjoin worksheet` and
    `enjoin code` write them, or hold only ids and coded fields; headers and values are read as
    people write them, and `--map` names columns of either file. "Not shown" is a value of its own;
    of scales and lists it is compared apart. Intervals are bootstrapped by case.

    ```
    enjoin data agreement ann.jsonl bob.jsonl --differences differences.csv
    ```
    """
    with exit_on_user_error():
        import json
        from dataclasses import asdict

        from data.agreement import compare_coders, write_differences
        from data.io.atomic import files_of_all
        from data.io.columns import read_column_map
        from data.io.load import check_map_used
        from enjoin.render.data import show_agreement

        column_map = read_column_map(map_ or [])
        codings = [_read_codings(source, column_map) for source in (first, second)]
        check_map_used(column_map, codings)
        compared = compare_coders(codings[0].rows, codings[1].rows, seed)
        if json_:
            print_json(json.dumps(asdict(compared), indent=2))
        else:
            show_agreement(compared, console())
        for source, ids in ((first, compared.only_first), (second, compared.only_second)):
            if ids:
                warn(f"{plural(len(ids), 'motion')} in {source} only, such as {ids[0]}")
        if differences:
            files = [coding.files for coding in codings]
            write_differences(compared.differences, differences, files_of_all(files))
            info(f"{plural(len(compared.differences), 'difference')}: {differences}")


def duplicates(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="files of rulings or motions; 'embedded' for the program's own"
        ),
    ],
    map_: MapOption = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write all pairs to this .csv file")
    ] = None,
    merged: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="write all rows to this .jsonl file, each ruling once; what is left out, and why, "
            "goes to FILE.report.csv",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="pairs shown")] = 20,
) -> None:
    """Find rulings and cases that appear more than once, in one file or in several.

    An opinion from one source and a docket entry from another may be one ruling under two ids.
    Rows of one court are compared by docket number, date and caption, each in any spelling. Pairs
    of one ruling should be one row; those of one case should share a case_id.

    `--merged` keeps one row of each ruling: one with an outcome before one without, then one from
    the opinion itself, then the one with most fields filled, then the first. Rows whose outcomes
    differ are all kept, and so are those of which neither the docket nor the days are known.

    Exit code 0: none found; 3: some found, or some rows rejected; 2: error.

    ```
    enjoin data duplicates own.csv courtlistener.jsonl recap.jsonl --output pairs.csv
    enjoin data duplicates embedded own.xlsx --map "Our ruling=outcome" --merged all.jsonl
    ```
    """
    with exit_on_user_error():
        from data.embedded import rulings_path
        from data.io.columns import read_column_map
        from data.io.redact import shorten
        from data.linked_files import link_files, write_links
        from data.merged import check_output, merge, write_merged
        from enjoin.render.data import show_links
        from enjoin.render.understood import report_reading

        if merged and "-" in sources:
            raise ValueError(
                "--merged reads each source twice, and standard input can be read only once: save "
                "it as a file first"
            )
        column_map = read_column_map(map_ or [])
        paths = {name: str(rulings_path()) if name == EMBEDDED else name for name in sources}
        linked = link_files(paths, column_map)
        if merged:
            check_output(merged, linked.files)
        for table in linked.tables.values():
            report_reading(table, table.name)
        for source, rejects in linked.rejects.items():
            for reject in rejects[:limit]:
                warn(f"{source}: {reject}")
        if linked.n_without_court:
            warn(f"{plural(linked.n_without_court, 'row')} without a court: not compared")
        for docket, n_rows in list(linked.large_dockets.items())[:limit]:
            warn(
                f"docket {shorten(docket)} has {n_rows:,} rows, too many to compare every pair: "
                "each row is compared only with those closest to it in date"
            )
        show_links(linked, limit, console())
        if output:
            write_links(linked, output)
            info(f"{plural(len(linked.links), 'pair')}: {output}")
        if merged:
            result = merge(linked, column_map)
            report, rejects_path = write_merged(result, linked, merged)
            info(
                f"{plural(len(result.rows), 'row')}: {merged}; {result.n_left_out:,} left out, for "
                f"the reasons in {report}"
            )
            report_rejects(result.rejects, rejects_path)
        if linked.links or any(linked.rejects.values()):
            raise typer.Exit(3)


def _read_codings(source: str, column_map: "Mapping[str, str]") -> "Loaded[Coding]":
    """Load the codings of a file; warn of rejected rows.

    Raises
    ------
    UnreadableInput
        If the file cannot be read, no row of it is a coding, or one id is on several rows.
    """
    from data.codings import Coding
    from data.io.load import load
    from data.io.rows import UnreadableInput
    from enjoin.render.understood import report_reading

    loaded = load(source, Coding, column_map, shared_map=True)
    report_reading(loaded, loaded.name)
    report_rejects(loaded.rejects, None)
    if not loaded.rows:
        raise UnreadableInput(f"{source}: no row has an id and valid codings")
    if loaded.duplicate_ids:
        raise UnreadableInput(
            f"{source}: id {loaded.duplicate_ids[0]} is on more than one row; expected one coding "
            "of each motion"
        )
    return loaded
