"""A plant ready to be solved: its file, its miner and its coolant."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY as MINER_LIBRARY
from hashheat.components.miner_file import read_miner_file
from hashheat.components.record import find_beside
from hashheat.fleet.plant_file import PlantFile, load_plant_file
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity

MINER_PREFIX = "miner."


@dataclass(frozen=True)
class Plant:
    """Units on headers.

    Parameters
    ----------
    file : PlantFile
        The plant's own numbers.
    miner : Miner
        Model of its units.
    fluid : Fluid
        Coolant.
    path : Path
        Where the file stands, for messages.
    """

    file: PlantFile
    miner: Miner
    fluid: Fluid
    path: Path

    @classmethod
    def named(cls, name: str) -> "Plant":
        """Plant from a file, or from a shipped name such as ``"nordic-2mw"``.

        Raises
        ------
        InputError
            Naming file, key and value at fault. A miner named in the file may be a path relative to it.
        """
        file, path = load_plant_file(name)
        try:
            miner_path = find_beside(file.units.miner, path, MINER_LIBRARY, "miner")
        except InputError as error:
            raise InputError(
                "there is no miner of this name",
                file=str(path),
                key="units.miner",
                found=file.units.miner,
                accepted=error.accepted,
            ) from None
        miner = Miner(read_miner_file(miner_path))
        try:
            fluid = Fluid.parse(file.loop.fluid)
        except InputError as error:
            raise error.within(file=str(path), key="loop.fluid") from None
        return cls(file, miner, fluid, path)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the plant and its miner; the miner's keys begin with ``miner.``."""
        own = self.file.quantities()
        return own | {f"{MINER_PREFIX}{key}": q for key, q in self.miner.quantities.items()}

    @cached_property
    def uncertain(self) -> list[str]:
        """Keys of the quantities that a sample draws, in the file's order."""
        own = [name for name, q in self.file.quantities().items() if q.is_uncertain]
        return own + [f"{MINER_PREFIX}{name}" for name in self.miner.uncertain]

    @cached_property
    def table(self) -> PropertyTable:
        """Coolant properties at the loop's nominal pressure."""
        return self.fluid.table(self.file.loop.pressure.nominal)

    def check_states(self) -> None:
        """Raise if the coolant is not liquid at the inlet, over the whole range given for it.

        Raises
        ------
        FreezingError, BoilingError
            With file and key.
        """
        inlet, pressure = self.quantities["loop.inlet"], self.quantities["loop.pressure"]
        if self.fluid.is_gas:
            raise InputError(
                "the units need a liquid coolant",
                file=str(self.path),
                key="loop.fluid",
                found=self.fluid.name,
            )
        try:
            self.fluid.saturation_temperature(1e5)
        except StateError:
            raise InputError(
                "there is no boiling data for this coolant, so that its distance from boiling cannot be told",
                file=str(self.path),
                key="loop.fluid",
                found=self.fluid.name,
                accepted="water, or a mixture of water and glycol",
            ) from None
        try:
            self.fluid.saturation_temperature(pressure.nominal)
        except StateError as error:
            raise InputError(
                str(error), file=str(self.path), key="loop.pressure", found=f"{pressure.nominal / 1e5:g} bar"
            ) from None
        lowest, highest = (float(x) for x in inlet.quantile([0.001, 0.999]))
        thinnest = float(pressure.quantile([0.001])[0])
        where = f"the units' inlet ({self.path}, loop.inlet)"
        for T in (lowest, highest):
            self.fluid.check_liquid(T, thinnest, where)
        self._warn_beyond(lowest, highest)

    def _warn_beyond(self, coldest: float, warmest: float) -> None:
        """Warn of a loop beyond the envelope of the cold plate that the device file names."""
        envelope = self.miner.envelope
        if envelope is None:
            return
        q, boards = self.quantities, self.miner.device.boards.count
        most = float(q[f"{MINER_PREFIX}boards.flow_imbalance"].quantile([0.999])[0])
        least, largest = (float(x) / boards for x in q["loop.flow"].quantile([0.001, 0.999]))
        clocks = q["units.frequency"].quantile([0.001, 0.999])
        for key, ends, limits in (
            ("loop.inlet", (coldest, warmest), envelope.T_in),
            ("loop.flow", (least * (1.0 - most), largest * (1.0 + most)), envelope.flow),
            ("units.frequency", (float(clocks[0]), float(clocks[1])), envelope.clock),
        ):
            if ends[0] < limits.lower or ends[1] > limits.upper:
                warnings.warn(
                    f"{self.path}: {key} goes beyond the envelope of the miner's cold plate, where the error "
                    "of its reduced form is not known",
                    stacklevel=3,
                )
