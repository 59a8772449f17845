"""Many units: plants, samples, verdicts."""
