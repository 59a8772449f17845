"""The hardware: chips, miners, headers and pumps, with their files in ``components/library``."""
