"""What a plant file says of planning its operation against prices."""

from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.record import Section, fault, number
from hashheat.thermo.quantity import Quantity


class DispatchSection(Section):
    """How operation is planned."""

    hash_price: Quantity = number(
        "EUR/hash",
        minimum=0.0,
        about="earned by hashing, e.g. '50 EUR/(PH/s)/day'; a series hash_price goes before it",
    )
    start_cost: Quantity = number("EUR", minimum=0.0, about="of switching one unit on, e.g. '0.1 EUR'")
    horizon: Quantity = number("s", positive=True, about="looked ahead, e.g. '48 h'")
    interval: Quantity = number("s", positive=True, about="kept of each plan until the next, e.g. '24 h'")
    availability: Literal["known", "mean"] = Field(
        default="mean",
        description="whether failures are known ahead: 'known', or 'mean' for their mean share",
    )
    counts: Literal["rounded", "whole"] = Field(
        default="rounded",
        description="units planned in fractions and 'rounded', where they are many, or in 'whole' numbers (slow)",
    )
    short_cost: Quantity | None = number(
        "EUR/J", minimum=0.0, about="that keeps heat from being short [default: 10 EUR/kWh]", default=None
    )
    fuel_price: Quantity | None = number(
        "EUR/J",
        minimum=0.0,
        about="of a boiler's fuel, by its heating value, e.g. '60 EUR/MWh'",
        default=None,
    )

    @model_validator(mode="after")
    def _windows(self) -> "DispatchSection":
        if self.interval.nominal > self.horizon.nominal:
            fault(
                "a plan is not kept for longer than it looks ahead", "interval, horizon",
                f"{self.interval.nominal / 3600.0:g} h of {self.horizon.nominal / 3600.0:g} h",
                "interval <= horizon",
            )  # fmt: skip
        return self
