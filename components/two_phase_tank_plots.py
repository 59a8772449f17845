"""Figures of a solved two-phase tank: the boiling curve with its chips, and where the heat goes."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.components.boiling_state import saturated
from hashheat.components.plot_style import BLACK, BLUE, GREEN, GREY, ORANGE, RED, blank, styled
from hashheat.components.two_phase_tank_chips import natural_excess
from hashheat.components.two_phase_tank_results import OK
from hashheat.solvers.pool_boiling import boiling_superheat
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.two_phase_tank import TwoPhaseTank

KINDS = ("tank", "boiling", "balance")
_POINTS = 60
#: Lowest heat flux of the curve over the critical one.
_LEAST = 1e-3


@styled
def plot_two_phase_tank(tank: "TwoPhaseTank", result: xr.Dataset, kind: str = "tank") -> Any:
    """Draw one of the figures of a two-phase tank.

    Parameters
    ----------
    tank : TwoPhaseTank
        Its chips and surface, nominal, give the curves.
    result : xarray.Dataset
        One state of :meth:`TwoPhaseTank.solve`.
    kind : {"tank", "boiling", "balance"}
        Both panels; heat flux over wall superheat; where the heat goes.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For another kind, several states, or a state without a result.
    """
    if kind not in KINDS:
        raise InputError(
            "there is no such plot", key="kind", found=repr(kind), accepted=", ".join(map(repr, KINDS))
        )
    if result["status"].size != 1 or int(result["status"]) != OK:
        raise InputError(
            "a plot needs one steady state",
            key="result",
            found=f"{result['status'].size} states",
            accepted="one",
        )
    result = result.squeeze()
    if kind == "boiling":
        figure, ax = blank(5.6, 4.2)
        _draw_boiling(ax, tank, result)
    elif kind == "balance":
        figure, ax = blank(5.6, 3.2)
        _draw_balance(ax, result)
    else:
        figure, (left, right) = blank(10.4, 4.2, 1, 2)
        _draw_boiling(left, tank, result)
        _draw_balance(right, result)
    return figure


def boiling_curve(tank: "TwoPhaseTank", result: xr.Dataset) -> xr.Dataset:
    """Wall superheat over heat flux at the chips' depth, by natural convection and by nucleate boiling.

    Parameters
    ----------
    tank : TwoPhaseTank
        Nominal chips.
    result : xarray.Dataset
        One state.

    Returns
    -------
    xarray.Dataset
        ``natural`` and ``boiling`` [K above saturation] along ``heat_flux`` [W/m^2], up to the critical one.
    """
    chips = tank.chip_set()
    bath = saturated(tank.fluid, float(result["T_bath"]))
    s = saturated(tank.fluid, float(result["T_saturation"]))
    critical = float(result["critical_heat_flux"])
    flux = np.geomspace(_LEAST * critical, critical, _POINTS)
    natural = np.array([natural_excess(bath, chips, q) for q in flux]) - float(result["subcooling"])
    boiling = np.array([boiling_superheat(s, q, chips.surface) for q in flux])
    made = xr.Dataset(
        {"natural": ("heat_flux", natural), "boiling": ("heat_flux", boiling)}, {"heat_flux": flux}
    )
    made["heat_flux"].attrs.update(units="W m-2", long_name="heat flux")
    for name, text in (("natural", "natural convection"), ("boiling", "nucleate boiling")):
        made[name].attrs.update(units="K", long_name=f"wall minus saturation temperature, {text}")
    return made


def _draw_boiling(ax: Any, tank: "TwoPhaseTank", result: xr.Dataset) -> None:
    curve = boiling_curve(tank, result)
    q, critical = curve["heat_flux"].values / 1e4, float(result["critical_heat_flux"]) / 1e4
    incipience = tank.file.boiling.incipience_superheat.nominal
    rising = (curve["natural"].values > 0.0) & (curve["natural"].values <= incipience)
    ax.plot(curve["natural"].values[rising], q[rising], color=ORANGE, label="before the first bubbles")
    ax.plot(curve["boiling"].values, q, color=BLUE, label="nucleate boiling")
    ax.axhline(critical, color=RED, ls="--", lw=1.2)
    ax.annotate(
        f"critical heat flux {critical:.1f} W/cm²", (0.02, critical), (0, 4), xycoords=("axes fraction", "data"),
        textcoords="offset points", color=RED,
    )  # fmt: skip
    ax.axvline(incipience, color=GREY, ls=":", lw=1.2)
    ax.annotate(
        "first bubbles", (incipience, 0.5), (3, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", color=GREY, rotation=90, va="bottom",
    )  # fmt: skip
    superheat, peak = float(result["wall_superheat"]), float(result["peak_heat_flux"]) / 1e4
    if superheat > 0.0 and peak > 0.0:
        ax.plot([superheat], [peak], "o", color=BLACK, ms=7, label="chips, where they boil hardest")
    ax.set(xscale="log", yscale="log", xlabel="wall above saturation [K]", ylabel="heat flux [W/cm²]")
    ax.set_xlim(1.0, None)
    ax.set_title(
        f"{tank.fluid.name} at {float(result['pressure']) / 1e5:.2f} bar, {tank.file.boiling.correlation}"
    )
    ax.legend(loc="lower right")


def _draw_balance(ax: Any, result: xr.Dataset) -> None:
    outside = float(result["wall_power"]) - sum(
        float(result[name]) for name in ("heat_rate", "wall_loss", "vapour_heat")
    )
    parts = {
        "to the water": (float(result["heat_rate"]), GREEN),
        "through the walls": (float(result["wall_loss"]), GREY),
        "as vapour, vented": (float(result["vapour_heat"]), RED),
        "outside the bath": (outside, ORANGE),
    }
    names = list(parts)
    values = np.array([value for value, _ in parts.values()]) / 1e3
    bars = ax.barh(names, values, color=[color for _, color in parts.values()], height=0.6)
    ax.bar_label(bars, [f"{value:.2f} kW" for value in values], padding=4)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlim(min(0.0, 1.1 * values.min()), 1.25 * max(values.max(), 1e-3))
    ax.set_xlabel("heat [kW]")
    captured = float(result["capture_efficiency"])
    ax.set_title(f"{float(result['wall_power']) / 1e3:.2f} kW electric, {captured:.1%} to the water")
