"""Reading files into checked records: what :mod:`hashheat.thermo.record` gives, by the name devices know."""

from hashheat.thermo.record import (
    FileRecord,
    Section,
    check_table,
    fault,
    find_beside,
    find_file,
    load_record,
    number,
    read_toml,
)

__all__ = [
    "FileRecord",
    "Section",
    "check_table",
    "fault",
    "find_beside",
    "find_file",
    "load_record",
    "number",
    "read_toml",
]
