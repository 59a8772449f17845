"""Readers of measured data: telemetry and tables in, one Dataset out, with what was rejected and why."""
