"""The MLflow experiment that a run goes to, and whether the store will take what is logged.

Everything that could fail at the end of a long task for a reason known at its start is tried at
its start: the experiment and run that variables name, the artifact folder, the registry, the disk.
"""

import os
import re
import shlex
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from data.io.redact import redact_secrets
from train.tracking.killed_runs import fail_killed_runs
from train.tracking.registry import (
    REGISTERED_NAME,
    RegistryUnavailable,
    client,
    registry_state,
    short_timeouts,
)
from train.tracking.store import first_line, local_path, make_folder, use_plain_address

if TYPE_CHECKING:
    from mlflow.entities import Experiment

EXPERIMENT = "enjoin"
RUN_ID, EXPERIMENT_ID, EXPERIMENT_NAME = (
    "MLFLOW_RUN_ID",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
)
MIN_FREE_BYTES = 64 * 2**20
"""Free space that a training needs, about three times what it logs."""
_PROBE = "enjoin-write-test.txt"
_PROBE_MODEL = "enjoin-write-test"
_TAG = "enjoin.checked"
"""Tag that is set to learn whether the store takes what is written."""
_chosen: str | None = None
"""The experiment chosen last, which MLflow leaves in the environment as if the user named it."""


def check_mlflow() -> None:
    """Check that the MLflow store answers, before the minutes of work that it is to log.

    Raises
    ------
    ConnectionError
        If no server answers at its address.
    OSError
        If a store on this machine cannot be used.
    """
    import mlflow

    use_plain_address()
    uri = mlflow.get_tracking_uri()
    try:
        for address in {uri, mlflow.get_registry_uri()}:
            make_folder(address)
        registry_state()
    except (mlflow.MlflowException, RegistryUnavailable) as error:
        raise ConnectionError(
            f"the MLflow store at {uri} does not answer; start it, or unset MLFLOW_TRACKING_URI "
            f"to use a file in the current folder ({error})"
        ) from None


@short_timeouts()
def choose_experiment() -> None:
    """Use the experiment `enjoin`, unless MLflow's own variables name a run or experiment.

    `mlflow run` names a run, whose experiment must not be changed.

    Raises
    ------
    LookupError
        If a variable names a run or experiment that is not there, or was deleted.
    """
    _choose()


@short_timeouts()
def prepare_run(registers: bool = False) -> None:
    """Choose the experiment and try all that a run will write, before the work that it is to log.

    Runs of processes that were killed are marked as failed.

    Parameters
    ----------
    registers
        Whether a model will be registered too.

    Raises
    ------
    ConnectionError
        If the store does not answer.
    LookupError
        If a variable names a run or experiment that is not there, or was deleted.
    OSError
        If the store, its registry or its artifacts cannot be written, or the disk is full. Each
        message names the command that mends it.
    """
    check_mlflow()
    experiment, artifacts = _choose()
    fail_killed_runs()
    _check_disk(artifacts)
    _check_artifacts(experiment, artifacts)
    _check_store(experiment)
    if registers:
        _check_registry()


def _choose() -> "tuple[Experiment, str]":
    """Choose the experiment, and return it with the address of the run's artifacts."""
    global _chosen
    import mlflow

    use_plain_address()
    if os.environ.get(EXPERIMENT_ID) == _chosen:
        os.environ.pop(EXPERIMENT_ID, None)
    for variable in (RUN_ID, EXPERIMENT_ID, EXPERIMENT_NAME):
        if not os.environ.get(variable, "unset").strip():
            del os.environ[variable]  # MLflow would look for a run or experiment without a name
    if RUN_ID in os.environ:
        return _experiment_of_run(os.environ[RUN_ID])
    experiment = _named_experiment()
    mlflow.set_experiment(experiment_id=experiment.experiment_id)
    _chosen = str(experiment.experiment_id)
    return experiment, str(experiment.artifact_location)


def _experiment_of_run(run_id: str) -> "tuple[Experiment, str]":
    from mlflow.exceptions import MlflowException

    try:
        run = client().get_run(run_id)
    except MlflowException as error:
        raise _unless_absent(error, f"{RUN_ID} names run {run_id}", RUN_ID) from None
    if run.info.lifecycle_stage == "deleted":
        raise LookupError(
            f"{RUN_ID} names run {run_id}, which was deleted; restore it (mlflow runs restore "
            f"--run-id {run_id}), or unset {RUN_ID}"
        )
    experiment = client().get_experiment(run.info.experiment_id)
    _check_active(experiment)
    named = os.environ.get(EXPERIMENT_ID)
    if named and named != run.info.experiment_id:
        raise LookupError(
            f"{RUN_ID} names a run of experiment {run.info.experiment_id}, but {EXPERIMENT_ID} "
            f"names {named}; unset one of them (unset {EXPERIMENT_ID})"
        )
    return experiment, str(run.info.artifact_uri)


def _named_experiment() -> "Experiment":
    """Return the experiment that variables name, or `enjoin`; a name that is new is created."""
    from mlflow.exceptions import MlflowException

    name, number = os.environ.get(EXPERIMENT_NAME), os.environ.get(EXPERIMENT_ID)
    by_number: Experiment | None = None
    if number is not None:
        try:
            by_number = client().get_experiment(number)
        except (MlflowException, ValueError) as error:
            subject = f"{EXPERIMENT_ID} names experiment {number}"
            raise _unless_absent(error, subject, EXPERIMENT_ID) from None
        _check_active(by_number)
        if name is None or by_number.name == name:
            return by_number
        raise LookupError(
            f"{EXPERIMENT_ID} names experiment {number} ({by_number.name!r}), but "
            f"{EXPERIMENT_NAME} names {name!r}; unset one of them (unset {EXPERIMENT_ID})"
        )
    wanted = EXPERIMENT if name is None else name
    found = client().get_experiment_by_name(wanted)
    if found is None:
        try:
            created = client().create_experiment(wanted, artifact_location=_artifacts_here(wanted))
        except MlflowException as error:
            if error.error_code == "RESOURCE_ALREADY_EXISTS":  # another process was quicker
                created = client().get_experiment_by_name(wanted).experiment_id
            elif name is None or error.error_code != "INVALID_PARAMETER_VALUE":
                raise _unwritable(error) from None
            else:
                raise LookupError(
                    f"{EXPERIMENT_NAME} is {name!r}, which MLflow does not allow "
                    f"({first_line(error)}); correct it, or unset {EXPERIMENT_NAME}"
                ) from None
        found = client().get_experiment(created)
    _check_active(found)
    return found


def _artifacts_here(name: str) -> str | None:
    """Return where a new experiment keeps its artifacts; None for MLflow's own place.

    MLflow takes the path of its default place for an address: in a folder named `a%41` it would
    write to the folder `aA`.
    """
    import mlflow

    here = Path.cwd()
    if local_path(mlflow.get_tracking_uri()) is None or unquote(str(here)) == str(here):
        return None
    return (here / "mlruns" / re.sub(r"[^\w-]", "_", name)).as_uri()


def _check_active(experiment: "Experiment") -> None:
    if experiment.lifecycle_stage == "deleted":
        raise LookupError(
            f"the MLflow experiment {experiment.name!r} was deleted; restore it (mlflow "
            f"experiments restore --experiment-id {experiment.experiment_id}), or use another "
            f"(export {EXPERIMENT_NAME}=enjoin-2)"
        )


def _unless_absent(error: Exception, subject: str, variable: str) -> Exception:
    """Return what to raise for a run or experiment that could not be found."""
    import mlflow

    code = getattr(error, "error_code", "INVALID_PARAMETER_VALUE")
    if code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "BAD_REQUEST"):
        return ConnectionError(f"{subject}, but the MLflow store fails: {first_line(error)}")
    return LookupError(
        f"{subject}, which is not in the MLflow store at {mlflow.get_tracking_uri()}; correct it, "
        f"or unset {variable}"
    )


def _check_disk(artifacts: str) -> None:
    """Check the free space where artifacts, the store and temporary files are written.

    Raises
    ------
    OSError
        If one of them has less than `MIN_FREE_BYTES`.
    """
    import mlflow

    places = [local_path(artifacts), local_path(mlflow.get_tracking_uri())]
    for place in [*filter(None, places), Path(tempfile.gettempdir())]:
        folder = place.absolute()
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        if free < MIN_FREE_BYTES:
            raise OSError(
                f"the disk of {folder} has {free / 2**20:.0f} MB left, and a run needs "
                f"{MIN_FREE_BYTES / 2**20:.0f} MB: make room (df -h {shlex.quote(str(folder))})"
            )


def _check_artifacts(experiment: "Experiment", artifacts: str) -> None:
    """Write a file where the run will write, and remove it."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    try:
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder) / _PROBE
            probe.write_text("enjoin can write here\n", encoding="utf-8")
            repository = get_artifact_repository(artifacts)
            repository.log_artifact(str(probe))
        with suppress(Exception):  # a bucket may allow writing only
            repository.delete_artifacts(_PROBE)
    # Each kind of storage has errors of its own.
    except Exception as error:
        local = local_path(artifacts)
        mend = "get the right to write there"
        if isinstance(error, ModuleNotFoundError):
            mend = f"install what is missing (pip install {error.name})"
        if local is not None:
            mend = f"make it a folder you can write (chmod u+rwx {shlex.quote(str(local))})"
        raise OSError(
            f"artifacts of the MLflow experiment {experiment.name!r} cannot be written to "
            f"{redact_secrets(artifacts)}: {first_line(error)}; {mend}, or use an experiment that "
            "keeps them elsewhere (mlflow experiments create --experiment-name enjoin-2 "
            f"--artifact-location FOLDER; export {EXPERIMENT_NAME}=enjoin-2)"
        ) from None


def _check_store(experiment: "Experiment") -> None:
    """Write a tag to the tracking store."""
    from mlflow.exceptions import MlflowException

    try:
        client().set_experiment_tag(experiment.experiment_id, _TAG, "writable")
    except MlflowException as error:
        raise _unwritable(error) from None


def _check_registry() -> None:
    """Write to the model registry: a tag of the model, or for a moment another model."""
    import mlflow
    from mlflow.exceptions import MlflowException

    registry = client()
    try:
        if registry.search_registered_models(f"name='{REGISTERED_NAME}'"):
            registry.set_registered_model_tag(REGISTERED_NAME, _TAG, "writable")
            return
        # Under another name, so that what a training beside this one registers is never deleted.
        try:
            registry.create_registered_model(_PROBE_MODEL)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        with suppress(MlflowException):  # one who may register need not be one who may delete
            registry.delete_registered_model(_PROBE_MODEL)
    except MlflowException as error:
        raise _unwritable(error, mlflow.get_registry_uri()) from None


def _unwritable(error: Exception, uri: str | None = None) -> OSError:
    import mlflow

    uri = uri or mlflow.get_tracking_uri()
    path = local_path(uri)
    mend = "ask whoever runs it for the right to write"
    if path is not None:
        files = " ".join(shlex.quote(str(each)) for each in (path, path.absolute().parent))
        mend = f"close what locks it, or make it writable (chmod u+w {files})"
    return OSError(
        f"the MLflow store at {redact_secrets(uri)} cannot be written: {first_line(error)}; {mend}"
    )
