"""How much of the heat a buried pair loses on its way, and how far heat can be carried before a share is lost."""

import math
from dataclasses import replace
from typing import NamedTuple

from hashheat.components.buried_pipe import BuriedPipe, PipeInputs
from hashheat.thermo.errors import InputError


class CarriedHeat(NamedTuple):
    """A pair of pipes at one load, in steady state.

    Parameters
    ----------
    sent : float
        Heat into supply less heat back with the return, at the plant [W].
    lost : float
        Of it, to the ground [W].
    share : float
        Lost over sent [-].
    T_end : float
        Of the supply where it arrives [K].
    """

    sent: float
    lost: float
    share: float
    T_end: float


def carried_heat(
    pipe: BuriedPipe, mass_flow: float, T_supply: float, T_return: float, T_ground: float
) -> CarriedHeat:
    """Heat that a pair carries to customers who cool the water to a return temperature.

    Parameters
    ----------
    pipe : BuriedPipe
        Supply and return, side by side or in one casing.
    mass_flow : float
        [kg/s]
    T_supply : float
        At the plant [K].
    T_return : float
        At the customers [K].
    T_ground : float
        [K]

    Returns
    -------
    CarriedHeat

    Raises
    ------
    InputError
        For a single pipe, a flow that is not above 0, or temperatures that do not fall from supply to ground.
    """
    if pipe.layout == "single" or not 0.0 < mass_flow < math.inf:
        raise InputError(
            "heat is carried by a supply and a return with a flow", key="pipe.layout, mass_flow",
            found=(pipe.layout, mass_flow), accepted="'pair' or 'twin', more than 0",
        )  # fmt: skip
    if not T_ground < T_return < T_supply:
        raise InputError(
            "nothing is carried and lost between these", key="T_supply, T_return, T_ground",
            found=(T_supply, T_return, T_ground), accepted="falling",
        )  # fmt: skip
    out = pipe.steady(PipeInputs((mass_flow, mass_flow), (T_supply, T_return), T_ground))
    sent = mass_flow * pipe.heat_capacity * (T_supply - out.T_out[1])
    lost = float(sum(out.heat_loss))
    return CarriedHeat(sent, lost, lost / sent, float(out.T_out[0]))


def length_to_lose(
    share: float, pipe: BuriedPipe, mass_flow: float, T_supply: float, T_return: float, T_ground: float
) -> float:
    """Length of a pair over which a share of the heat sent is lost [m].

    Parameters
    ----------
    share : float
        Above 0, below 1 [-].
    pipe, mass_flow, T_supply, T_return, T_ground
        As of :func:`carried_heat`; the pipe's own length does not matter.

    Raises
    ------
    InputError
        For no share between 0 and 1, and as :func:`carried_heat`.
    """
    if not 0.0 < share < 1.0:
        raise InputError("is no share", key="share", found=share, accepted="above 0, below 1")

    def lost(length: float) -> float:
        return carried_heat(replace(pipe, length=length), mass_flow, T_supply, T_return, T_ground).share

    low, high = 0.0, 1.0e3
    while lost(high) < share:
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if lost(middle) < share else (low, middle)
    return 0.5 * (low + high)
