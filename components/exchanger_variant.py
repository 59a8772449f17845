"""A plate heat exchanger with more or less area per plate, or another fouling, than it can be built with."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_stack as ps


@dataclass(frozen=True)
class ExchangerVariant(PlateHeatExchanger):
    """An exchanger that only a calculation needs: to find the area or the fouling that fits.

    Parameters
    ----------
    area_factor : float
        On the heat transfer area of every plate; flow lengths and gaps stay [-].
    total_fouling : float, optional
        Of both sides together, in place of ``fouling`` [m^2 K/W]. Negative where plates transfer more than
        the correlation says.
    """

    area_factor: float = 1.0
    total_fouling: float | None = None

    @property
    def area(self) -> float:
        """Heat transfer area with its factor [m^2]."""
        return super().area * self.area_factor

    def case(self) -> np.ndarray:
        """One row for the kernels, as of the class this derives from."""
        row = super().case()
        row[ps.AREA_FACTOR] = self.area_factor
        if self.total_fouling is not None:
            row[ps.FOULING] = self.total_fouling
        return row


def variant(exchanger: PlateHeatExchanger, **changes: Any) -> ExchangerVariant:
    """Give an exchanger another area or fouling.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    **changes
        ``area_factor``, ``total_fouling``.

    Returns
    -------
    ExchangerVariant
    """
    own = {field.name: getattr(exchanger, field.name) for field in fields(exchanger)}
    return ExchangerVariant(**{**own, **changes})


def with_fouling(exchanger: PlateHeatExchanger, total: float) -> PlateHeatExchanger:
    """Give an exchanger a fouling, shared between the sides as the old one was; evenly if it was clean.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    total : float
        Of both sides together [m^2 K/W]; a negative one needs a variant.

    Returns
    -------
    PlateHeatExchanger
    """
    if total < 0.0:
        return variant(exchanger, total_fouling=total)
    before = sum(exchanger.fouling)
    share = exchanger.fouling[0] / before if before > 0.0 else 0.5
    return replace(exchanger, fouling=(share * total, (1.0 - share) * total))
