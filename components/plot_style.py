"""The house's style of plots: palette, settings, and figures that no window system knows of."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

# Okabe and Ito's palette, told apart by colour-blind readers and in grey print.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
GREY, BLACK = "#777777", "#111111"
#: Settings of matplotlib.
STYLE: Any = {
    "font.size": 10.5,
    "axes.labelsize": 10.5,
    "axes.titlesize": 11,
    "legend.fontsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "hashheat",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(plot: Callable[P, R]) -> Callable[P, R]:
    """Plot under the house's style: matplotlib reads it when an artist is made and again when it is drawn."""

    @wraps(plot)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib

        with matplotlib.rc_context(STYLE):
            return plot(*args, **kwargs)

    return run


def blank(width: float, height: float, rows: int = 1, columns: int = 1, **kwargs: Any) -> tuple[Any, Any]:
    """Figure and axes; pyplot would keep every figure alive, so it has no part in it.

    Parameters
    ----------
    width, height : float
        [inch]
    rows, columns : int
    **kwargs
        Of ``Figure.subplots``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(rows, columns, **kwargs)
