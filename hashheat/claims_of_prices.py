"""A claim about prices: a whole year by a file of hourly prices, some two minutes."""

from pathlib import Path

import numpy as np

from hashheat.claim import Claim
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.plant_hours import plant_hours
from hashheat.fleet.simulate import simulate


def negative_prices(prices: Path) -> Claim:
    """Are hours of negative prices enough to heat with?

    Parameters
    ----------
    prices : Path
        Hourly CSV of day-ahead prices, local time of Germany.
    """
    plant = HeatPlant.named("stadtwerke-price")
    hours = plant_hours(plant.file, prices=prices, zone="Europe/Berlin", wrong_offsets="mend")
    run = simulate(plant, hours)
    price = hours["price"].values * 3.6e9
    heat, power = run["units_heat_rate"].values, run["units_electricity"].values
    delivered = float(run["customers_heat_delivered"].sum())
    below = price < 0.0
    free, all_of_them = (float(heat[own].sum()) / delivered for own in (below, np.ones_like(below)))
    rejected = float(run["cooler_heat_rejected"].values.sum()) / max(float(heat.sum()), 1.0)
    paid = float((power * price).sum()) / max(float(power.sum()), 1.0)
    return Claim(
        "hours of negative prices give a municipal network free heat",
        "said of miners as flexible load",
        "confirmed" if free > 0.5 else "refuted" if all_of_them < 0.02 else "needs a condition",
        f"by the German day-ahead prices of {str(hours['time'].values[4380])[:4]}, {int(below.sum())} of "
        f"{price.size} hours are negative and give {100 * free:.1f} % of the heat of a network that 2 MW of units "
        f"can serve; run below 60 EUR/MWh they give {100 * all_of_them:.0f} %, for {paid:.0f} EUR/MWh on average, "
        f"and {100 * rejected:.0f} % of that heat is rejected",
        "the rest is bought: a boiler has to be able to do all of it, and what is hashed has to pay for units "
        f"that rest in {100 * float((run['units_running'].values == 0).mean()):.0f} % of the hours",
    )
