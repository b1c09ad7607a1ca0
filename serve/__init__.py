"""Answering: the predictor, the batch scorer, the HTTP endpoint and the MLflow pyfunc."""
