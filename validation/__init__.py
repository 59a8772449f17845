"""Measured cases and what the model makes of them."""
