"""Learning and judging: the model, its calibration, baselines, metrics and the MLflow run."""
