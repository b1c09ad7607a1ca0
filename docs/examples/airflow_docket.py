"""Score the docket each working morning and write its page (Airflow 3)."""

import logging
import subprocess
from pathlib import Path

import pendulum
from airflow.sdk import dag, task

FOLDER = Path("/srv/docket")


@dag(
    schedule="30 5 * * 1-5",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Chicago"),
    catchup=False,
    max_active_runs=1,
)
def docket():
    @task
    def score(ds=None) -> int:
        """Exit code 0: all scored, 3: some rejected; anything else fails the task."""
        command = ["enjoin", "score", "pending.csv", f"scored-{ds}.csv"]
        code = subprocess.run(command, cwd=FOLDER).returncode
        if code not in (0, 3):
            raise RuntimeError(f"enjoin score ended with code {code}; see the log above")
        return code

    @task
    def page(ds=None) -> None:
        scored = f"scored-{ds}.csv"
        earlier = [path.name for path in FOLDER.glob("scored-????-??-??.csv") if path.name < scored]
        since = ["--since", max(earlier)] if earlier else []
        command = ["enjoin", "docket", scored, "docket.html", "--motions", "pending.csv", *since]
        subprocess.run(command, cwd=FOLDER, check=True)

    @task
    def rejects(code: int) -> None:
        """Fail on rejected rows, in parallel to the page so that it is still written."""
        if code == 3:
            logging.error("some rows were rejected; see the scored file's .rejects.jsonl")
            raise RuntimeError("some rows of pending.csv were rejected")

    code = score()
    code >> page()
    rejects(code)


docket()
