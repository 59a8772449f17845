"""Templates of the reports: one style, and filters that write numbers as the field does."""

from importlib.resources import files
from typing import Any

from hashheat.terminal import in_field, unparted


def page(template: str, **values: Any) -> str:
    """Fill one of the package's templates.

    Parameters
    ----------
    template : str
        File beside this module.
    **values
        Every name it uses: one that is missing is an error.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: files("hashheat").joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["field"] = in_field
    environment.filters["percent"] = _percent
    environment.filters["powers"] = _powers
    environment.filters["unparted"] = unparted
    return environment.get_template(template).render(**values)


def _percent(x: float | None, digits: int = 0) -> str:
    return "-" if x is None else f"{100.0 * x:.{digits}f} %"


def _powers(text: str) -> str:
    """Units as they are printed: ``W/(m^2 K)`` to ``W/(m² K)``."""
    return text.replace("^2", "²").replace("^3", "³")
