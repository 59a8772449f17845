"""What must fit together in the file of a tank: bodies in the oil, openings on the sides, a way for the heat."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from hashheat.components.errors import (
    BlockOutsideTankError,
    BlockOverlapError,
    InletAreaError,
    InletMissingError,
    NoCoolingError,
    OpeningPlaceError,
    OutletMissingError,
    TankError,
)
from hashheat.components.tank_blocks import (
    Block,
    Patch,
    coil_block,
    miner_blocks,
    patches,
    span_axes,
    tank_size,
)
from hashheat.components.tank_sections import AXES, SIDES
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: What overlaps or reaches out by less than this only touches [m].
TOUCH = 1e-9

_NAMES = tuple(SIDES)
_LETTERS = tuple(AXES)


def check_cooling(file: "TankFile") -> None:
    """Refuse a tank whose heat has nowhere to go, or whose tables do not go together.

    Parameters
    ----------
    file : TankFile

    Raises
    ------
    NoCoolingError, InletMissingError, OutletMissingError
        Oil that cannot take the heat out of the tank.
    TankError
        Tables that do not go together; without the file, which :func:`hashheat.components.record.load_record`
        fills in.
    """
    if not file.inlet and file.coil is None:
        if file.outlet or file.circulation is not None:
            _refuse(
                InletMissingError, "oil leaves the tank and never enters it", "inlet", "none", "an [[inlet]]"
            )
        _refuse(
            NoCoolingError,
            "the tank has no inlet and no coil: the heat has nowhere to go",
            "inlet, coil",
            "neither",
            "[[inlet]], [[outlet]] and [circulation]; or a [coil] and [water]",
        )
    if file.inlet and not file.outlet:
        _refuse(
            OutletMissingError, "oil enters the tank and has no way out", "outlet", "none", "an [[outlet]]"
        )
    if file.outlet and not file.inlet:
        _refuse(InletMissingError, "oil leaves the tank and never enters it", "inlet", "none", "an [[inlet]]")
    pumped = bool(file.inlet)
    if pumped != (file.circulation is not None):
        _refuse(
            TankError,
            "openings and a [circulation] go together",
            "circulation",
            "openings alone" if pumped else "a circulation alone",
            "[[inlet]], [[outlet]] and [circulation], or none of them",
        )
    if file.exchanger is not None and not pumped:
        _refuse(
            TankError,
            "an exchanger needs oil that flows to it",
            "exchanger",
            "no [[inlet]]",
            "[[inlet]], [[outlet]] and [circulation] beside it",
        )
    if file.exchanger is not None and file.coil is not None:
        _refuse(
            TankError,
            "one stream of water runs through an exchanger or through a coil",
            "exchanger, coil",
            "both",
            "one of the two",
        )
    if file.circulation is not None:
        given = file.circulation.T_in is not None
        if given == (file.exchanger is not None):
            _refuse(
                TankError,
                "the oil's inlet temperature comes from an exchanger, or is given",
                "circulation.T_in, exchanger",
                "both" if given else "neither",
                "an [exchanger] table, or circulation.T_in",
            )
    needs_water = file.exchanger is not None or file.coil is not None
    if needs_water != (file.water is not None):
        _refuse(
            TankError,
            "water goes with an exchanger or a coil",
            "water",
            "none" if needs_water else "given",
            "a [water] table" if needs_water else "an [exchanger] or a [coil] beside it",
        )
    shares = [opening.share is not None for opening in file.inlet]
    if any(shares) and not all(shares):
        _refuse(
            TankError,
            "inlets give their shares of the flow, or none does",
            f"inlet.{shares.index(False)}",
            "no share",
            "a share in each [[inlet]]",
        )


def check_geometry(file: "TankFile", values: Mapping[str, float]) -> None:
    """Refuse bodies off the oil or in one another, and openings that are none.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key.

    Raises
    ------
    BlockOutsideTankError, BlockOverlapError, InletAreaError, OpeningPlaceError
        Naming the bodies, and by how much.
    """
    size = tank_size(values)
    blocks = miner_blocks(file, values)
    coil = coil_block(file, values)
    bodies = blocks + ([coil] if coil is not None else [])
    for body in bodies:
        _check_inside(body, size)
    _check_apart(bodies)
    own = [patch for name in ("inlet", "outlet") for patch in patches(file, values, name)]
    for patch in own:
        _check_patch(patch, size)
    for a, b in combinations(own, 2):
        if a.side == b.side and _overlap(a.low, a.high, b.low, b.high).min() > TOUCH:
            _refuse(
                OpeningPlaceError,
                f"two openings of the {_NAMES[a.side]} side overlap",
                f"{a.key}, {b.key}",
                f"{_rectangle(a)}; {_rectangle(b)}",
                "openings beside one another",
            )
    _check_not_blocked(own, blocks, size)


def _check_inside(body: Block, size: np.ndarray) -> None:
    for i, axis in enumerate(_LETTERS):
        if body.low[i] < -TOUCH or body.high[i] > size[i] + TOUCH:
            _refuse(
                BlockOutsideTankError,
                f"{body.name} reaches beyond the oil",
                f"{body.key}.{axis}",
                f"{_mm(body.low[i])} to {_mm(body.high[i])} along {axis}",
                f"within 0 to {_mm(size[i])}",
            )


def _check_apart(bodies: Sequence[Block]) -> None:
    for a, b in combinations(bodies, 2):
        over = _overlap(a.low, a.high, b.low, b.high)
        if over.min() > TOUCH:
            least = int(over.argmin())
            _refuse(
                BlockOverlapError,
                f"{a.name} and {b.name} stand in the same place",
                a.key if a.key == b.key else f"{a.key}, {b.key}",
                f"they overlap by {' x '.join(_mm(o) for o in over)} (x, y, z)",
                f"{_mm(over[least])} more between them along {_LETTERS[least]}",
            )


def _check_patch(patch: Patch, size: np.ndarray) -> None:
    kind = patch.key.partition(".")[0]
    for k, axis in enumerate(span_axes(patch.side)):
        letter = _LETTERS[axis]
        if patch.high[k] - patch.low[k] <= TOUCH:
            _refuse(
                InletAreaError,
                f"an {kind} has no area",
                f"{patch.key}.{AXES[letter]}",
                _mm(patch.high[k] - patch.low[k]),
                "more than 0",
            )
        if patch.high[k] > size[axis] + TOUCH:
            _refuse(
                OpeningPlaceError,
                f"an {kind} reaches beyond its side",
                f"{patch.key}.{letter}",
                f"{_mm(patch.low[k])} to {_mm(patch.high[k])} along {letter}",
                f"within 0 to {_mm(size[axis])}",
            )


def _check_not_blocked(own: Sequence[Patch], blocks: Sequence[Block], size: np.ndarray) -> None:
    """Refuse an opening that miners cover whole; one that they cover in part still feeds the gap beside them."""
    for patch in own:
        axis, high_side = divmod(patch.side, 2)
        at = size[axis] if high_side else 0.0
        covered = 0.0
        across = list(span_axes(patch.side))
        for block in blocks:
            face = block.high[axis] if high_side else block.low[axis]
            if abs(face - at) <= TOUCH:
                over = _overlap(patch.low, patch.high, block.low[across], block.high[across])
                covered += float(np.prod(np.maximum(over, 0.0)))
        if covered > 0.999 * patch.area:
            _refuse(
                OpeningPlaceError,
                "miners stand right at an opening and cover it",
                patch.key,
                _rectangle(patch),
                "a gap between the miners and this side, or an opening beside them",
            )


def _overlap(low: np.ndarray, high: np.ndarray, other_low: np.ndarray, other_high: np.ndarray) -> np.ndarray:
    """Common extent along each axis, negative where there is a gap [m]."""
    return np.minimum(high, other_high) - np.maximum(low, other_low)


def _rectangle(patch: Patch) -> str:
    parts = [
        f"{_LETTERS[axis]} {_mm(patch.low[k])} to {_mm(patch.high[k])}"
        for k, axis in enumerate(span_axes(patch.side))
    ]
    return f"{_NAMES[patch.side]}, {', '.join(parts)}"


def _refuse(kind: type[InputError], problem: str, key: str, found: str, accepted: str) -> NoReturn:
    raise kind(problem, key=key, found=found, accepted=accepted)


def _mm(length: float) -> str:
    return f"{length * 1e3:.4g} mm"
