"""Score a docket in Spark with the registered model.

    python -m serve.examples.spark_score pending.parquet scored.parquet

Or pass this file to `spark-submit`. The input is Parquet, JSON lines or CSV, as for `enjoin score`.
The output is a folder of Parquet files: the docket's columns, then those of `enjoin score`. Invalid
rows go to `OUTPUT.rejects` as JSON lines with the reasons. Every machine needs `pip install
.[spark]`, and the driver needs `MLFLOW_TRACKING_URI` unless the model is in this folder.
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
        If the name has another ending.
    """
    suffix = PurePath(source).suffix
    if suffix == ".parquet":
        return spark.read.parquet(source)
    if suffix == ".jsonl":
        return spark.read.json(source)
    if suffix == ".csv":
        docket = spark.read.csv(source, header=True, multiLine=True, escape='"')
        return docket.select([_parse_csv_column(name) for name in docket.columns])
    raise ValueError(f"{source}: expected a name ending in .parquet, .jsonl or .csv")


def split_docket(docket: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Return the valid rows, and the invalid ones with their `reasons`.

    The model refuses a whole batch if one of its rows is invalid, which would fail the job.
    """
    checked = docket.withColumn("reasons", sql.pandas_udf(_reasons, "string")(_motion(docket)))
    valid = checked.where(sql.col("reasons").isNull()).drop("reasons")
    return valid, checked.where(sql.col("reasons").isNotNull())


def score_docket(spark: SparkSession, docket: DataFrame, model: str) -> DataFrame:
    """Add the columns of `serve.predictor.Predictor.score` to a docket of valid rows.

    Parameters
    ----------
    model
        MLflow address, such as `models:/enjoin/1`; its signature tells Spark the columns.
    """
    predict = mlflow.pyfunc.spark_udf(spark, model, env_manager="local")
    scored = docket.withColumn("scored", predict(_motion(docket)))
    score_types = scored.select("scored.*").dtypes
    others = [_column(name) for name in docket.columns if name not in dict(score_types)]
    return scored.select(*others, *(_score_column(name, kind) for name, kind in score_types))


def _motion(docket: DataFrame) -> Column:
    return sql.struct(*(_column(name) for name in docket.columns if name in Motion.model_fields))


def _column(name: str) -> Column:
    return sql.col(f"`{name}`")  # quoted, as a name may contain a dot


def _parse_csv_column(name: str) -> Column:
    """Parse a CSV column; the values of a list are separated by `;`, and `[]` is an empty list."""
    cell = _column(name)
    if name not in Motion.model_fields or not is_list(name):
        return cell
    empty = sql.array().cast("array<string>")
    values = sql.split(sql.trim(cell), r"\s*;\s*")
    return sql.when(sql.trim(cell) == "[]", empty).when(cell.isNotNull(), values).alias(name)


def _score_column(name: str, kind: str) -> Column:
    """Return a column of the scores; MLflow writes missing texts as "nan" or "None"."""
    column = sql.col("scored").getField(name)
    if kind == "string":
        column = sql.when(~column.isin("nan", "None"), column)
    return column.alias(name)


def _reasons(motions: pd.DataFrame) -> pd.Series:
    """Return what is wrong with each motion, or None."""
    # The model brings its own copy of the packages. Importing all installed ones here prevents a
    # worker from mixing the two.
    import serve.pyfunc  # noqa: F401

    # Arrow turns lists into arrays, and pandas turns missing values into NaN.
    rows = motions.astype(object).where(motions.notna(), None)
    rows = rows.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value)
    reasons: list[str | None] = [None] * len(motions)
    for reject in check_rows(rows.to_dict("records"), Motion).rejects:
        reasons[reject.row - 1] = "; ".join(map(str, reject.problems))
    return pd.Series(reasons, dtype=object)


def main(source: str, output: str, model: str) -> int:
    """Score a docket; return 3 if rows were rejected, else 0."""
    spark = SparkSession.builder.appName("enjoin").getOrCreate()
    docket = read_docket(spark, source).repartition(spark.sparkContext.defaultParallelism)
    valid, invalid = split_docket(docket)
    score_docket(spark, valid, model).write.mode("overwrite").parquet(output)
    invalid.write.mode("overwrite").json(f"{output}.rejects")
    scored, rejected = spark.read.parquet(output).count(), invalid.count()
    print(f"{scored} motion(s) scored by {model} -> {output}")
    if rejected:
        print(f"{rejected} row(s) rejected -> {output}.rejects", file=sys.stderr)
    return 3 if rejected else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Score a docket in Spark.")
    parser.add_argument("source", help=".parquet, .jsonl or .csv")
    parser.add_argument("output", help="folder to write")
    parser.add_argument("--model", default="models:/enjoin@champion")
    arguments = parser.parse_args()
    sys.exit(main(arguments.source, arguments.output, arguments.model))
