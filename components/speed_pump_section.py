"""The table of a file that describes a pump of variable speed."""

from pydantic import Field

from hashheat.components.pump import PumpCurve
from hashheat.components.record import Section, number
from hashheat.components.speed_pump import SpeedPump
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.units import to_si


def _assumed(value: float) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed"}, "1")


class SpeedPumpSection(Section):
    """A pump of variable speed."""

    curve: list[list[str]] = Field(
        min_length=3,
        max_length=1000,
        description="points of flow and head at full speed: [['0 m3/h', '6 bar'], ...], 3 or more",
    )
    best_flow: Quantity = number("m^3/s", positive=True, about="flow of best efficiency, e.g. '80 m3/h'")
    best_efficiency: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="hydraulic over shaft power at best_flow; 0.7 if left out",
        default=Quantity.parse(
            {"value": 0.7, "status": "literature", "source": "DHNx, table of simulation models: eta_pump"},
            "1",
        ),
    )
    drive_efficiency: Quantity = number(
        "1",
        positive=True,
        maximum=1.0,
        about="shaft over electric power; 0.9 if left out",
        default=_assumed(0.9),
    )
    motor_heat: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of the drive's losses that the water takes; 0, a dry motor, if left out",
        default=_assumed(0.0),
    )
    largest_speed: Quantity = number(
        "1", positive=True, about="over that of the curve; 1 if left out", default=_assumed(1.0)
    )

    def pump(self, values: dict[str, float] | None = None) -> SpeedPump:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        numbers = {key: q.nominal for key, q in self.quantities().items()} | (values or {})
        points = [
            (to_si(V, "m^3/s", key="pump.curve"), to_si(H, "Pa", key="pump.curve")) for V, H in self.curve
        ]
        return SpeedPump.from_values(numbers, PumpCurve.through(points))
