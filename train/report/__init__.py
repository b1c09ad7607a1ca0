"""The report of a training run, its plots and the model card."""
