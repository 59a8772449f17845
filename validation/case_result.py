"""What running a case gives: a row a quantity, with its uncertainties, and a verdict in the words of its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.units import show
from hashheat.validation.case_file import FIGURE, FITTED, CaseFile, CaseQuantity
from hashheat.validation.comparison import AGREES, BIASED, UNCERTAIN, Comparison, Errors, compare
from hashheat.validation.grid_uncertainty import NOISE, grid_uncertainty

#: Verdicts of quantities that a tolerance decides, met and not met, by the kind of the case.
WORDS: dict[str, tuple[str, str]] = {
    "verification": ("reproduced", "not reproduced"),
    "inter-model": ("among the codes", "apart from the codes"),
    "sensor model": ("as the sensor model has it", "not as the sensor model has it"),
    "plausibility": ("plausible", "implausible"),
}
FITS, FITS_NOT, STATED = "fitted", "does not fit", "stated"


@dataclass(frozen=True, eq=False)
class Computed:
    """What a run gives for a quantity.

    Parameters
    ----------
    predicted : (n,) array or None
        [SI]; None for a figure that nothing predicts.
    measured : (n,) array
        What it is held against [SI].
    u_num : float
        By the cells [SI].
    u_input : float
        By uncertain inputs, in common to all points, as a standard uncertainty [SI].
    """

    predicted: ArrayLike | None
    measured: ArrayLike
    u_num: float = 0.0
    u_input: float = 0.0


@dataclass(frozen=True)
class GridRow:
    """Three grids of a solver in the run of a case.

    Parameters
    ----------
    solver : str
    quantity : str
        Its key.
    unit : str
        SI unit of the quantity.
    size : float
        Mean size of its values [unit].
    grids : tuple of str
        The grids in words, from that of the run to the finest.
    order : float or None
        Observed order [-]; None where none shows.
    gci : float
        Grid convergence index of the run's grid, largest over the points [-].
    u_num : float
        Standard uncertainty [SI].
    text : str
    """

    solver: str
    quantity: str
    unit: str
    size: float
    grids: tuple[str, ...]
    order: float | None
    gci: float
    u_num: float
    text: str


@dataclass(frozen=True)
class CaseRun:
    """What a run of a case returns.

    Parameters
    ----------
    computed : mapping of str to Computed
        By the key of the quantity.
    grids : sequence of GridRow
    """

    computed: Mapping[str, Computed]
    grids: Sequence[GridRow] = ()


@dataclass(frozen=True, eq=False)
class CaseRow:
    """A row of the result.

    Parameters
    ----------
    quantity : CaseQuantity
    points : int
    measured : float
        Mean of the data [SI].
    comparison : Comparison or None
        None for a figure.
    largest : float
        Largest deviation of a point, relative for a tolerance in per cent, else [SI].
    verdict : str
    sentence : str
    """

    quantity: CaseQuantity
    points: int
    measured: float
    comparison: Comparison | None
    largest: float
    verdict: str
    sentence: str

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the one that the case file expects."""
        return self.quantity.expected in ("", self.verdict)


@dataclass(frozen=True, eq=False)
class CaseResult:
    """A case with what running it gave.

    Parameters
    ----------
    case : CaseFile
    rows : tuple of CaseRow
        Empty for a case that is not run.
    grids : tuple of GridRow
    data : str
        ``here``; ``read in place`` where a capture was read; ``not here`` where the figures of the case stand for
        a capture that is absent.
    """

    case: CaseFile
    rows: tuple[CaseRow, ...] = ()
    grids: tuple[GridRow, ...] = ()
    data: str = "here"
    notes: tuple[str, ...] = field(default=())

    @property
    def is_run(self) -> bool:
        """Whether it can be run at all."""
        return bool(self.case.run)

    @property
    def as_expected(self) -> bool:
        """Whether every row came out as its file expects."""
        return all(row.as_expected for row in self.rows)


def grid_row(
    solver: str,
    quantity: str,
    unit: str,
    grids: Sequence[str],
    values: Sequence[ArrayLike],
    ratio: float = 2.0,
    noise: float = NOISE,
) -> GridRow:
    """Row of three grids.

    Parameters
    ----------
    solver, quantity, unit : str
    grids : sequence of three str
    values : sequence of three arrays
        From the run's grid to the finest.
    ratio : float
        Cell size of a grid over that of the next [-].
    noise : float
        Relative difference that the iteration leaves [-].

    Returns
    -------
    GridRow
    """
    run, mid, fine = (np.atleast_1d(np.asarray(x, dtype=float)) for x in values)
    found = grid_uncertainty(run, mid, fine, ratio=ratio, noise=noise)
    size = float(np.abs(run).mean())
    gci = found.band / size if size > 0.0 else 0.0
    text = found.text
    if found.order is None and not found.unordered and np.any(np.abs(mid - run) > noise * np.abs(run)):
        text = "settled from the second grid on"
    u_num = float(found.u_num)
    return GridRow(solver, quantity, unit, size, tuple(grids), found.order, float(gci), u_num, text)


def judge(case: CaseFile, quantity: CaseQuantity, computed: Computed) -> CaseRow:
    """Row of a quantity.

    Parameters
    ----------
    case : CaseFile
    quantity : CaseQuantity
    computed : Computed

    Returns
    -------
    CaseRow

    Notes
    -----
    Uncertainties are joined after ASME V&V 20, see :mod:`hashheat.validation.comparison`. Its verdict is that of
    the quantities of a validation that nothing was fitted to; a tolerance that the case file gives, with its
    reason, decides all others.
    """
    D = np.atleast_1d(np.asarray(computed.measured, dtype=float))
    mean = float(D.mean())
    if computed.predicted is None or quantity.use == FIGURE:
        ends = [told(float(x), quantity.unit) for x in (D.min(), D.max())]
        spread = f", {ends[0]} to {ends[1]}" if D.size > 1 else ""
        text = f"{quantity.title}: {told(mean, quantity.unit)}{spread}; nothing predicts it."
        return CaseRow(quantity, D.size, mean, None, 0.0, STATED, text)
    S = np.atleast_1d(np.asarray(computed.predicted, dtype=float))
    shared = np.array([quantity.tolerance("u_data", d) for d in D])
    own = np.array([quantity.tolerance("u_data_random", d) for d in D])
    single = np.full(D.size, computed.u_input)
    found = compare(
        quantity.key,
        Errors(
            predicted=S,
            measured=D,
            zero=np.zeros(D.size),
            unit=np.zeros(D.size, dtype=int),
            u_num=computed.u_num,
            u_input=single,
            u_input_mean=computed.u_input,
            u_systematic=shared,
            u_random=own,
        ),
    )
    relative = quantity.within.rstrip().endswith("%")
    off = np.abs(S - D) / np.abs(D) if relative else np.abs(S - D)
    largest = float(off.max())
    met = bool(np.all(np.abs(S - D) <= [quantity.tolerance("within", d) for d in D]))
    if quantity.use == FITTED:
        verdict = FITS if met else FITS_NOT
    elif case.kind == "validation":
        verdict = found.verdict
    else:
        verdict = WORDS[case.kind][0 if met else 1]
    said = f"{100.0 * largest:.2g} %" if relative else told_error(largest, mean, quantity.unit)
    sentence = _sentence(quantity, found, mean, verdict, said)
    return CaseRow(quantity, D.size, mean, found, largest, verdict, sentence)


def _sentence(q: CaseQuantity, found: Comparison, mean: float, verdict: str, largest: str) -> str:
    bias, interval = signed_error(found.bias, mean, q.unit), told_error(found.interval, mean, q.unit)
    if verdict == AGREES:
        return f"{q.title}: agrees within u_val (E = {bias}, 95 % interval ± {interval})."
    if verdict == BIASED:
        return f"{q.title}: biased by {bias} ± {interval}."
    if verdict == UNCERTAIN:
        return f"{q.title}: data too uncertain to tell (E = {bias} ± {interval})."
    if verdict in (FITS, FITS_NOT):
        return f"{q.title}: {verdict}, so this is no validation; largest deviation {largest}."
    return f"{q.title}: {verdict}; largest deviation {largest}, for {q.within} allowed."


def told(value: float, unit: str) -> str:
    """Write a number of a quantity with four digits.

    Parameters
    ----------
    value : float
        [unit]
    unit : str
        SI.
    """
    if unit == "delta_K":
        return f"{value:.2f} K"
    number, _, name = show(value, unit).partition(" ")
    return f"{_plain(float(number))} {name}".rstrip()


def told_error(value: float, data: float, unit: str) -> str:
    """Write an error as the data are written: in their unit, to one part in 1000 to 10 000 of them.

    What lies below says nothing, and may differ from one machine to the next.

    Parameters
    ----------
    value : float
        [unit]
    data : float
        What it is an error of [unit].
    unit : str
        SI.
    """
    if unit in ("K", "delta_K"):
        return f"{_rounded(value, 2)} K"
    number, _, name = show(data, unit, digits=15).partition(" ")
    scale = float(number) / data if data else 1.0
    size = abs(float(number))
    decimals = max(0, 3 - int(np.floor(np.log10(size)))) if size > 0.0 else 3
    return f"{_rounded(value * scale, decimals)} {name}".rstrip()


def signed_error(value: float, data: float, unit: str) -> str:
    """Write the same with a plus where it is above zero as written."""
    text = told_error(value, data, unit)
    return f"+{text}" if text[0] != "-" and float(text.split(" ")[0]) > 0.0 else text


def _rounded(value: float, decimals: int) -> str:
    # Zero has no sign.
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _plain(value: float) -> str:
    text = f"{value:.4g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e7 else text
