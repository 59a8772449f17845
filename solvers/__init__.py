"""The numerics: Numba finite-volume kernels on plain arrays. No hardware name stands in here."""
