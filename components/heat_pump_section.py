"""The table of a file that describes a heat pump."""

from hashheat.components.heat_pump import HeatPump
from hashheat.components.record import Section, number
from hashheat.thermo.quantity import Quantity


class HeatPumpSection(Section):
    """A heat pump by its Lorenz efficiency and its limits."""

    capacity: Quantity = number("W", positive=True, about="most heat to the sink, e.g. '2 MW'")
    lorenz_efficiency: Quantity = number(
        "1", positive=True, maximum=1.0, about="COP over that of a reversible machine, e.g. '0.45 .. 0.55'"
    )
    T_source_min: Quantity = number("K", positive=True, about="coldest source inlet, e.g. '20 degC'")
    T_source_max: Quantity = number("K", positive=True, about="hottest source inlet, e.g. '60 degC'")
    T_source_out_min: Quantity = number("K", positive=True, about="coldest source outlet, e.g. '5 degC'")
    T_sink_max: Quantity = number("K", positive=True, about="hottest sink outlet, e.g. '95 degC'")
    lift_min: Quantity = number(
        "delta_K", positive=True, about="sink outlet less source outlet, at least, e.g. '15 K'"
    )
    lift_max: Quantity = number(
        "delta_K", positive=True, about="sink outlet less source outlet, at most, e.g. '70 K'"
    )
    least_load: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of capacity below which it switches on and off; 0 if left out",
        default=Quantity.parse({"value": 0.0, "status": "assumed"}, "1"),
    )
    degradation: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="C_c of EN 14825; 0.9 if left out",
        default=Quantity.parse(
            {
                "value": 0.9,
                "status": "literature",
                "source": "EN 14825, default of C_c for heat pumps to water, as quoted by test laboratories",
            },
            "1",
        ),
    )

    def heat_pump(self, values: dict[str, float] | None = None) -> HeatPump:
        """Make it from nominal numbers, or from given ones in SI by their keys."""
        return HeatPump.from_values({key: q.nominal for key, q in self.quantities().items()} | (values or {}))
