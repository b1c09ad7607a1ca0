"""Serve the model: predictor, what-if, batch scorer, HTTP endpoint, docket page, MLflow pyfunc."""
