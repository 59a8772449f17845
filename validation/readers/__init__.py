"""Readers of measured data: telemetry and tables in, one Dataset out, with what was rejected and why."""

from hashheat.validation.readers.field_data import read_field_data

__all__ = ["read_field_data"]
