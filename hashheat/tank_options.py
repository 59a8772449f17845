"""What the command line asks of a tank."""

from typing import NamedTuple


class TankOptions(NamedTuple):
    """What the command line asks of a tank.

    Attributes
    ----------
    flow, water_in : str or None
        With their units; those of the file where None.
    grid : str
        A key of :data:`hashheat.tank_grids.GRIDS`.
    gci : bool
        Three grids, and what they say of the error.
    transient : str or None
        ``pump-trip`` or ``start-up``.
    duration : str or None
        Of the run in time, with its unit.
    vtk : bool
    samples : int
        Sobol samples of the uncertain numbers, a power of two; 0 for none.
    """

    flow: str | None = None
    water_in: str | None = None
    grid: str = "normal"
    gci: bool = False
    transient: str | None = None
    duration: str | None = None
    vtk: bool = False
    samples: int = 128
