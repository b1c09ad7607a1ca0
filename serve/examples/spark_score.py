"""Score a docket in Spark with the registered model.

    python -m serve.examples.spark_score pending.parquet scored.parquet

or hand this file to `spark-submit`. The input is Parquet, JSON lines or CSV as `enjoin score` reads
them. The output is a folder of Parquet files: the docket's columns, then those of `enjoin score`.
Wrong rows go to `OUTPUT.rejects` beside it, as JSON lines with their reasons. Every machine needs
`pip install .[spark]`, and the driver `MLFLOW_TRACKING_URI` where the model is not in this folder.
"""

import argparse
import sys
from pathlib import PurePath

import mlflow
import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from data.io.load import check_rows
from data.schema import Motion, is_list


def read_docket(spark: SparkSession, source: str) -> DataFrame:
    """Read motions from Parquet, JSON lines or CSV.

    Raises
    ------
    ValueError
        If the name ends in none of the three.
    """
    kind = PurePath(source).suffix
    if kind == ".parquet":
        return spark.read.parquet(source)
    if kind == ".jsonl":
        return spark.read.json(source)
    if kind == ".csv":
        found = spark.read.csv(source, header=True, multiLine=True, escape='"')
        return found.select([_cell(name) for name in found.columns])
    raise ValueError(f"{source}: expected a name ending in .parquet, .jsonl or .csv")


def split_docket(docket: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Return the rows that fit the schema, and the others with their `reasons`.

    One wrong row would else end the whole job, since the model refuses the batch that holds it.
    """
    checked = docket.withColumn("reasons", sql.pandas_udf(_reasons, "string")(_motion(docket)))
    right = checked.where(sql.col("reasons").isNull()).drop("reasons")
    return right, checked.where(sql.col("reasons").isNotNull())


def score_docket(spark: SparkSession, docket: DataFrame, model: str) -> DataFrame:
    """Add the columns of `serve.predictor.Predictor.score` to a docket whose rows all fit.

    Parameters
    ----------
    model
        MLflow address, such as `models:/enjoin/1`; its signature tells Spark what comes out.
    """
    predict = mlflow.pyfunc.spark_udf(spark, model, env_manager="local")
    scored = docket.withColumn("scored", predict(_motion(docket)))
    added = scored.select("scored.*").dtypes
    own = [_named(name) for name in docket.columns if name not in dict(added)]
    return scored.select(*own, *(_shown(name, kind) for name, kind in added))


def _motion(docket: DataFrame) -> Column:
    return sql.struct(*(_named(name) for name in docket.columns if name in Motion.model_fields))


def _named(name: str) -> Column:
    return sql.col(f"`{name}`")  # a name may hold a dot


def _cell(name: str) -> Column:
    """Read a CSV column: in a list field values are separated by `;`, and `[]` means none."""
    cell = _named(name)
    if name not in Motion.model_fields or not is_list(name):
        return cell
    none = sql.array().cast("array<string>")
    values = sql.split(sql.trim(cell), r"\s*;\s*")
    return sql.when(sql.trim(cell) == "[]", none).when(cell.isNotNull(), values).alias(name)


def _shown(name: str, kind: str) -> Column:
    """Return a column of the model: MLflow has written what is missing there as a word."""
    column = sql.col("scored").getField(name)
    if kind == "string":
        column = sql.when(~column.isin("nan", "None"), column)
    return column.alias(name)


def _reasons(motions: pd.DataFrame) -> pd.Series:
    """Say of each motion what is wrong with it, or nothing."""
    # The model brings a copy of the rooms. With all of the installed ones imported here, a worker
    # that does both never takes some from the one and some from the other.
    import serve.pyfunc  # noqa: F401

    # Arrow makes arrays of lists, and pandas NaN of what is missing.
    shown = motions.astype(object).where(motions.notna(), None)
    shown = shown.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value)
    reasons: list[str | None] = [None] * len(motions)
    for reject in check_rows(shown.to_dict("records"), Motion).rejects:
        reasons[reject.row - 1] = "; ".join(map(str, reject.problems))
    return pd.Series(reasons, dtype=object)


def main(source: str, output: str, model: str) -> int:
    """Score a docket; return 3 where rows were rejected, else 0."""
    spark = SparkSession.builder.appName("enjoin").getOrCreate()
    docket = read_docket(spark, source).repartition(spark.sparkContext.defaultParallelism)
    right, wrong = split_docket(docket)
    score_docket(spark, right, model).write.mode("overwrite").parquet(output)
    wrong.write.mode("overwrite").json(f"{output}.rejects")
    scored, rejected = spark.read.parquet(output).count(), wrong.count()
    print(f"{scored} motion(s) scored by {model} -> {output}")
    if rejected:
        print(f"{rejected} row(s) rejected -> {output}.rejects", file=sys.stderr)
    return 3 if rejected else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Score a docket in Spark.")
    options.add_argument("source", help=".parquet, .jsonl or .csv")
    options.add_argument("output", help="folder to write")
    options.add_argument("--model", default="models:/enjoin@champion")
    given = options.parse_args()
    sys.exit(main(given.source, given.output, given.model))
