"""Where a unit delivers the temperature asked for without cooking its chips."""

import numpy as np
import xarray as xr

from hashheat.fleet.operation import Values, assemble, solve_samples, states_at
from hashheat.fleet.plant import Plant
from hashheat.fleet.sampling import from_uniform, nominal, sobol_points
from hashheat.fleet.verdict import ChipPlace, chip_place, margins
from hashheat.solvers.serpentine import OK

FREQUENCIES = (0.8, 1.0, 1.2)
_DIMS = ("envelope_frequency", "envelope_T_in", "envelope_flow")


def unit_envelope(
    plant: Plant, *, points: int = 33, samples: int = 64, span: tuple[float, float] = (0.35, 2.5)
) -> xr.Dataset:
    """The 80 °C envelope of one unit of mean resistance over inlet temperature, flow and clock.

    Parameters
    ----------
    plant : Plant
        Its unit, coolant and limits.
    points : int
        Inlet temperatures, and as many flows.
    samples : int
        Draws of all uncertain numbers for the probability, a power of two.
    span : (float, float)
        Smallest and largest flow over the design flow.

    Returns
    -------
    xarray.Dataset
        ``envelope_T_out`` and ``envelope_T_junction`` [K] at nominal values over (frequency, T_in, flow), NaN
        where there is no steady state, and ``envelope_probability`` over (T_in, flow): that outlet, junction,
        boiling and pressure limits all hold, at the plant's own clock.

    Notes
    -----
    The outlet limit here is the unit's own outlet; the voltage stays that of the plant at every clock.
    """
    q = plant.quantities
    outlet = q["limits.outlet"].nominal
    table = plant.table
    T_in = np.linspace(max(table.T_min + 1.0, outlet - 40.0), min(table.T_max - 5.0, outlet + 5.0), points)
    flow = q["loop.flow"].nominal * np.linspace(*span, points)
    base = nominal(q)
    shape = (len(FREQUENCIES), points, points)
    T_out, T_junction = np.empty(shape), np.empty(shape)
    for i, frequency in enumerate(FREQUENCIES):
        clocked = base | {"units.frequency": base["units.frequency"] * frequency}
        found = _grid(plant, clocked, T_in, flow)
        T_out[i], T_junction[i] = found[0][0], found[1][0]
    names = plant.uncertain
    drawn = from_uniform(q, names, sobol_points(samples if names else 1, len(names)))
    holds = _grid(plant, drawn, T_in, flow)[2].mean(axis=0)
    made = xr.Dataset(
        {
            "envelope_T_out": (_DIMS, T_out),
            "envelope_T_junction": (_DIMS, T_junction),
            "envelope_probability": (_DIMS[1:], holds),
        },
        {"envelope_frequency": list(FREQUENCIES), "envelope_T_in": T_in, "envelope_flow": flow},
    )
    for name, unit, text in (
        ("envelope_T_out", "K", "outlet temperature of a unit"),
        ("envelope_T_junction", "K", "hottest junction temperature of a unit"),
        ("envelope_probability", "1", "probability that every limit of a unit holds"),
        ("envelope_frequency", "1", "clock over the plant's clock"),
        ("envelope_T_in", "K", "coolant inlet temperature"),
        ("envelope_flow", "m3 s-1", "volume flow of a unit"),
    ):
        made[name].attrs.update(units=unit, long_name=text)
    return made


def _grid(
    plant: Plant, values: Values, T_in: np.ndarray, flow: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outlet, hottest junction and whether all limits hold, each (sample, T_in, flow)."""
    samples = next(iter(values.values())).size
    # The hottest chip's place in the scatter hardly moves over the grid: it is taken at the design flow.
    design = values["loop.flow"] * states_at(plant.table, values["loop.inlet"])[0]
    place = ChipPlace(*(np.repeat(x, T_in.size) for x in chip_place(plant, values, design, np.ones(samples))))
    # Every inlet temperature is a sample of its own; the flows are its units.
    each = {key: np.repeat(v, T_in.size) for key, v in values.items()}
    each["loop.inlet"] = np.tile(T_in, samples)
    rho = states_at(plant.table, each["loop.inlet"])[0]
    flows = rho[:, None] * flow
    factor = np.ones_like(flows)
    units = solve_samples(plant, each, flows, factor)
    nothing = np.zeros(flows.shape[0])
    state = assemble(plant, each, flows, units, nothing, nothing, nothing, factor)
    found = margins(plant, each, state, place)
    solved = units.status == OK
    holds = found.inside & (units.T_out >= each["limits.outlet"][:, None])
    shape = (samples, T_in.size, flow.size)
    T_out, T_junction = (np.where(solved, x, np.nan).reshape(shape) for x in (units.T_out, found.T_junction))
    return T_out, T_junction, holds.reshape(shape)
