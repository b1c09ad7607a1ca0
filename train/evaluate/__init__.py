"""Judge the model beside its baselines."""
