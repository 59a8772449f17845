"""Buried pre-insulated pipes: one, a pair in one trench, or two in one casing; delay, heat loss, steady state."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from hashheat.components.laid_pipe import LaidPipe
from hashheat.components.network_elements import Pipe
from hashheat.solvers.pipe_steady import steady_pair, steady_single
from hashheat.solvers.plug_flow import Parcels, heat_of, plug_step, uniform_parcels
from hashheat.solvers.plug_flow_pair import pair_step
from hashheat.thermo.errors import InputError

#: Parcels a pipe remembers; cells of the trench in which two pipes exchange heat.
ROOM, N_CELL = 64, 16

PipeState = tuple[Parcels, ...]


class PipeInputs(NamedTuple):
    """What drives a step, constant over it; one entry a pipe, the supply first.

    Parameters
    ----------
    mass_flow : tuple of float
        [kg/s], positive along the pipe's own direction: the supply runs out, the return back.
    T_in : tuple of float
        Of the water that enters, at whichever end [K].
    T_ambient : float
        Of the undisturbed ground [K].
    """

    mass_flow: tuple[float, ...]
    T_in: tuple[float, ...]
    T_ambient: float


class PipeOutputs(NamedTuple):
    """What a step gives, as means over it; one entry a pipe.

    Parameters
    ----------
    T_out : tuple of float
        Of the water that flows out [K]; without flow, at the end it would flow out of.
    heat_loss : tuple of float
        To the ground [W].
    exchange : float
        From the first pipe to the second [W].
    """

    T_out: tuple[float, ...]
    heat_loss: tuple[float, ...]
    exchange: float


@dataclass(frozen=True)
class BuriedPipe(LaidPipe):
    """A stretch of buried pipe with the water in it; made like a :class:`~hashheat.components.laid_pipe.LaidPipe`.

    Notes
    -----
    The wall has the temperature of the water beside it; measured against the rig of Liege, seconds after a front
    are wrong by this (see :mod:`hashheat.solvers.plug_flow_film`), means over minutes are not. Heat capacities of
    insulation and ground are left out: steady conductances hold for changes slower than the hours to days that a
    trench takes to warm. Insulation stores 1 % of what the water of DN 200 stores, 6 % of that of DN 25.

    A caller that counts in enthalpy passes ``T = T_ref + (h(T) - h(T_ref)) / heat_capacity`` in and takes it back
    from ``T_out``: transport is linear, and the balance stays exact. Heat loss then is off by what cp varies,
    under 1 % from 5 to 95 degC.

    Examples
    --------
    >>> trench = BuriedPipe.from_values({"length": 2000.0, "dn": 200, "series": 2})
    >>> round(trench.loss_per_length, 3)
    0.296
    >>> [round(T - 273.15, 2) for T in trench.steady(PipeInputs((54.6, 54.6), (353.15, 318.15), 281.15)).T_out]
    [79.81, 44.91]
    """

    def start(self, *T: float) -> PipeState:
        """Water of one temperature in each pipe.

        Parameters
        ----------
        T : float
            One a pipe [K].

        Raises
        ------
        InputError
            For another number of temperatures, or one that is none.
        """
        self._check_count("T", T)
        for value in T:
            _check_T("T", value)
        return tuple(uniform_parcels(float(x), ROOM) for x in T)

    def step(self, state: PipeState, inputs: PipeInputs, dt: float) -> tuple[PipeState, PipeOutputs]:
        """State after a step, and what flowed in it.

        Parameters
        ----------
        state : tuple of Parcels
            From :meth:`start` or a step; not changed.
        inputs : PipeInputs
        dt : float
            [s], of any length.

        Returns
        -------
        PipeState, PipeOutputs

        Raises
        ------
        InputError
            For a step, flow or temperature that is none.

        Notes
        -----
        Energy balances to rounding: what enters less what leaves, ``heat_loss`` and, between two pipes,
        ``exchange`` is the change of :meth:`energy`.
        """
        flows, T_in, T_g = inputs
        if not 0.0 < dt < math.inf:
            raise InputError("is no step", key="dt", found=dt, accepted="seconds, more than 0")
        _check_T("T_ambient", T_g)
        self._check_count("mass_flow", flows)
        self._check_count("T_in", T_in)
        for T, m in zip(T_in, flows):
            _check_T("T_in", T)
            if not -math.inf < m < math.inf:
                raise InputError("is no flow", key="mass_flow", found=m, accepted="a number [kg/s]")
        C: float = self._capacity  # type: ignore[attr-defined]
        to_ground = (self._own - self._other) * dt / C  # type: ignore[attr-defined]
        by_flow, watts = self.heat_capacity * dt / C, C / dt
        if self.layout == "single":
            new, went = plug_step(state[0], flows[0] * by_flow, to_ground, float(T_in[0]), float(T_g))
            return (new,), PipeOutputs((went.T_out,), (went.loss * watts,), 0.0)
        exchange = self._other * dt / C  # type: ignore[attr-defined]
        one, two, both = pair_step(
            state[0],
            state[1],
            flows[0] * by_flow,
            flows[1] * by_flow,
            to_ground,
            exchange,
            float(T_in[0]),
            float(T_in[1]),
            float(T_g),
            N_CELL,
        )
        return (one, two), PipeOutputs(
            (both.T_out_1, both.T_out_2), (both.loss_1 * watts, both.loss_2 * watts), both.exchange * watts
        )

    def energy(self, state: PipeState, T_ref: float = 273.15) -> float:
        """Heat stored in water and walls over that at T_ref [J].

        Parameters
        ----------
        state : PipeState
        T_ref : float
            [K]
        """
        return self.capacity * sum(heat_of(pipe, T_ref) for pipe in state)

    def steady(self, inputs: PipeInputs) -> PipeOutputs:
        """Outlets and losses once nothing changes any more.

        Parameters
        ----------
        inputs : PipeInputs

        Returns
        -------
        PipeOutputs
            The limit of :meth:`step`, cells apart. Heat of a pipe at rest is not told apart: its loss counts what
            it takes over from the other.
        """
        flows, T_in, T_g = inputs
        W = [m * self.heat_capacity for m in flows]
        own, other = self._own, self._other  # type: ignore[attr-defined]
        if self.layout == "single":
            T_out: tuple[float, ...] = (steady_single(W[0], own, T_in[0], T_g),)
            return PipeOutputs(T_out, (abs(W[0]) * (T_in[0] - T_out[0]),), 0.0)
        T_out = steady_pair(W[0], W[1], own, other, T_in[0], T_in[1], T_g)
        given = [abs(w) * (a - b) for w, a, b in zip(W, T_in, T_out)]
        # In steady state own e - other e' is given up by the one and own e' - other e by the other, with e and e'
        # the sums of the excess over the length: both follow, and with them what goes to the ground.
        det = own * own - other * other
        e1, e2 = (own * given[0] + other * given[1]) / det, (own * given[1] + other * given[0]) / det
        return PipeOutputs(T_out, ((own - other) * e1, (own - other) * e2), other * (e1 - e2))

    def network_pipes(
        self,
        name: str,
        supply: tuple[str, str],
        back: tuple[str, str] | None = None,
        T_ambient: float | None = None,
    ) -> tuple[Pipe, ...]:
        """Elements of a :class:`~hashheat.components.network.Network`, one a pipe.

        Parameters
        ----------
        name : str
            Of the trench; the elements are ``name`` alone, or ``name supply`` and ``name return``.
        supply, back : tuple of str
            Nodes from which and to which the supply and the return run.
        T_ambient : float, optional
            Of the ground [K].

        Returns
        -------
        tuple of Pipe

        Notes
        -----
        Each loses heat to the ground as in :attr:`loss_per_length`. What passes from one to the other is left out,
        since a network knows no pairs: the return comes back colder by that, and the supply leaves warmer.
        """
        if (back is None) != (self.layout == "single"):
            raise InputError(
                "a layout and its ends do not go together", key="back", found=repr(back), accepted=self.layout
            )
        ends = [(name, supply)] if back is None else [(f"{name} supply", supply), (f"{name} return", back)]
        return tuple(
            Pipe(
                label,
                start,
                end,
                length=self.length,
                diameter=self.inner_diameter,
                roughness=self.roughness,
                loss=self.loss,
                loss_per_length=self.loss_per_length,
                T_ambient=T_ambient,
            )
            for label, (start, end) in ends
        )

    def _check_count(self, key: str, given: tuple[float, ...]) -> None:
        if len(given) != self.n_pipe:
            raise InputError("one number a pipe", key=key, found=given, accepted=f"{self.n_pipe}")


def _check_T(key: str, T: float) -> None:
    if not 0.0 < T < math.inf:
        raise InputError("is no temperature", key=key, found=T, accepted="kelvin, more than 0")
