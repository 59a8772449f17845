"""Names, units and meanings of the variables in every Dataset, in one place (see docs/nomenclature.md)."""

from collections.abc import Mapping
from typing import Any

import xarray as xr

#: Name: (unit, long name).
VARIABLES: dict[str, tuple[str, str]] = {
    "T_in": ("K", "inlet temperature"),
    "T_out": ("K", "outlet temperature"),
    "T_out_mixed": ("K", "mixed outlet temperature of the plant"),
    "T_junction": ("K", "hottest junction temperature of a chip of mean resistance"),
    "T_hottest": ("K", "hottest single junction of the plant, expected"),
    "T_junction_limit": ("K", "highest junction temperature allowed"),
    "T_wall": ("K", "hottest wetted wall temperature"),
    "T_fluid": ("K", "fluid temperature: in the middle of a cell, or along a channel"),
    "T_plate": ("K", "plate temperature of the cell"),
    "T_chip": ("K", "junction temperature of a chip of mean resistance"),
    "T_ambient": ("K", "temperature of the room"),
    "mass_flow": ("kg s-1", "mass flow"),
    "volume_flow": ("m3 s-1", "volume flow at inlet temperature"),
    "pressure_drop": ("Pa", "pressure drop"),
    "header_pressure_drop": ("Pa", "pressure drop between the ports of the headers"),
    "heat_rate": ("W", "heat: of a miner to its coolant, of an exchanger from hot to cold"),
    "heat_loss": ("W", "heat past the water"),
    "P_chip": ("W", "power of each chip"),
    "junction_spread": ("K", "hottest less coldest junction"),
    "hot_chip": ("1", "chip of the hottest junction, from 0"),
    "thermal_resistance": ("K W-1", "hottest junction less inlet, over the power of all chips"),
    "grid_error": (
        "K",
        "estimated error of the hottest junction by the size of the cells, from its changes on half of it",
    ),
    "stream_flow": ("kg s-1", "mass flow of a stream of coolant"),
    "coolant_rise": ("K", "coolant nearest to a chip above the inlet"),
    "film_rise": ("K", "wetted wall nearest to a chip above the coolant there"),
    "metal_rise": ("K", "face of the plate below a chip above the nearest wetted wall"),
    "package_rise": ("K", "junction above the face of the plate: interface and package"),
    "chip_htc": ("W m-2 K-1", "film coefficient of the coolant nearest to a chip"),
    "metal": ("1", "share of a cell of the plate that is metal"),
    "wall_power": ("W", "electric power at the wall"),
    "chip_power": ("W", "DC power of the chips"),
    "pump_power": ("W", "electric power of the pumps"),
    "exergy_rate": ("W", "exergy of the heat to the water, against the room"),
    "junction_margin": ("K", "junction limit minus hottest junction"),
    "boiling_margin": ("K", "saturation temperature minus hottest wetted wall"),
    "outlet_margin": ("K", "outlet temperature minus what is asked"),
    "pressure_margin": ("Pa", "highest allowed pressure drop minus pressure drop"),
    "chip_allowance": ("K", "hottest chip of the unit above a chip of mean resistance, expected"),
    "loop_gain": ("1", "leakage feedback: largest chip resistance times dP/dT; a unit runs away below 1"),
    "htc": ("W m-2 K-1", "film coefficient"),
    "frequency": ("1", "clock over nameplate"),
    "voltage": ("1", "supply voltage over nameplate"),
    "hot_board": ("1", "board of the hottest junction, from 0"),
    "hot_cell": ("1", "cell of the hottest junction, in path order from 0"),
    "status": (
        "1",
        "0 steady state, 1 thermal runaway, 2 not converged, 3 coolant out of range, 4 pressure lost",
    ),
    "inside_limits": ("1", "whether every limit of the unit holds"),
    "passes": ("1", "whether every limit of the plant holds"),
    "fraction_inside": ("1", "fraction of units inside every limit"),
    "hash_rate": ("s-1", "hashes per second"),
    "channel_pressure_drop": ("Pa", "pressure drop of the channels of an exchanger"),
    "port_pressure_drop": ("Pa", "pressure drop of the ports of an exchanger"),
    "channel_velocity": ("m s-1", "mean velocity in the channels of an exchanger"),
    "port_velocity": ("m s-1", "velocity in the ports of an exchanger"),
    "approach": ("K", "smallest difference between the sides of an exchanger where they leave it"),
    "U": ("W m-2 K-1", "overall heat transfer coefficient, area mean, with fouling"),
    "U_clean": ("W m-2 K-1", "overall heat transfer coefficient, area mean, without fouling"),
    "UA": ("W K-1", "overall conductance with fouling"),
    "NTU": ("1", "number of transfer units of a side"),
    "effectiveness": ("1", "heat over the largest that the smaller capacity flow could take"),
    "Re_min": ("1", "smallest Reynolds number in the channels"),
    "Re_max": ("1", "largest Reynolds number in the channels"),
    "channel_flow_min": ("1", "flow of the channel with least, over the mean of its pass"),
    "channel_flow_max": ("1", "flow of the channel with most, over the mean of its pass"),
    "imbalance": ("1", "heat gained minus heat lost, over the heat"),
    "nodes": ("1", "nodes along a channel"),
    "numerical_error": (
        "1",
        "estimated error of the heat by nodes, repetitions and shares of flow, over the largest heat",
    ),
    "channel_htc": ("W m-2 K-1", "film coefficient along a channel"),
    "channel_mass_flow": ("kg s-1", "mass flow of a channel"),
    "channel_side": ("1", "fluid in a channel: 0 hot side, 1 cold side"),
    "channel_pass": ("1", "pass of a channel, those of the hot side first"),
    "upward": ("1", "1 where a channel flows towards growing x"),
    "x": ("1", "place along a channel, over its length"),
    "channel_share": ("1", "flow of a channel over the flow of its pass"),
    "heat": ("J", "heat to each fluid between its inlet and its outlet, since the start"),
    "stored_heat": ("J", "heat stored in fluids and plates since the start"),
    "profile_error": ("K", "largest coefficient of the highest polynomial kept along a channel"),
    "steps": ("1", "steps in time"),
    "rejected_steps": ("1", "steps in time that were refused for their error and taken again, shorter"),
    "iterations": ("1", "repetitions of the linear solve"),
    "pressure": ("Pa", "absolute pressure"),
    "T": ("K", "temperature of the water at a node"),
    "supply": ("kg s-1", "mass flow into a network from outside, negative where it leaves"),
    "flow_status": ("1", "of an element: 0 flows, 1 at rest, 2 closed, 3 its check valve is shut"),
    "node_status": ("1", "of a node: 0 flows, 1 at rest, 2 cut off, its pressure unknown"),
    "step_min": ("s", "shortest step in time"),
    "step_max": ("s", "longest step in time"),
    "chip_heat": ("J", "heat of the chips since the start"),
    "lost_heat": ("J", "heat past the water since the start"),
    "T_bath": ("K", "temperature of the liquid of a two-phase bath"),
    "T_saturation": ("K", "saturation temperature at the depth of the lowest chip"),
    "T_vapour": ("K", "temperature at which the vapour condenses, with its share of gas"),
    "T_junction_start": ("K", "hottest junction on the way up from cold, before the first bubbles"),
    "subcooling": ("K", "saturation temperature at the lowest chip minus that of the liquid"),
    "wall_superheat": ("K", "hottest wetted wall minus saturation temperature there"),
    "heat_flux": ("W m-2", "heat flux of the boiling faces, mean"),
    "peak_heat_flux": ("W m-2", "heat flux where a face boils hardest"),
    "critical_heat_flux": ("W m-2", "heat flux at which a film of vapour would cover a face"),
    "critical_margin": ("1", "critical heat flux over the largest heat flux"),
    "boiling": ("1", "1 where the chips boil, 0 where natural convection keeps them colder"),
    "start_margin": ("K", "junction limit minus hottest junction before the first bubbles"),
    "vapour_heat": ("W", "heat that leaves as vapour through the vent"),
    "vapour_loss": ("kg s-1", "vapour that leaves through the vent"),
    "time_to_dry": ("s", "until the liquid no longer covers the chips, infinite where no vapour leaves"),
    "condenser_capacity": ("W", "most heat that the condenser takes within the pressure allowed"),
    "condenser_margin": ("1", "capacity of the condenser over the heat to be condensed"),
    "condenser_share": ("1", "share of the condenser that stands in vapour"),
    "film_htc": ("W m-2 K-1", "coefficient of the condensing film, infinite where nothing condenses"),
    "film_Re": ("1", "Reynolds number of the condensing film where it leaves the lowest tube"),
    "gas_at_film": ("1", "mole fraction of air at the condensing film"),
    "water_htc": ("W m-2 K-1", "film coefficient of the water"),
    "level": ("m", "liquid at rest above the floor"),
    "level_margin": ("m", "level minus upper edge of the highest chip"),
    "liquid_mass": ("kg", "liquid in the tank"),
    "vapour_mass": ("kg", "vapour in the tank"),
    "rating_margin": ("Pa", "highest pressure allowed minus pressure"),
    "opening_loss": ("kg", "vapour that leaves with one opening of the lid, estimated"),
    "yearly_loss": ("1", "charge that leaves with the openings of a year, over the charge"),
    "end_time": ("s", "where the run ended"),
    "limit_time": ("s", "when a junction first passed its limit, infinite if none did"),
    "limit_chip": ("1", "chip that passed its limit first, from 0; -1 if none did"),
    "time_to_limit": ("s", "from the event to the first junction beyond its limit, infinite if none was"),
    "settling_time": (
        "s",
        "from the event until the hottest junction stays within 5 % of its change of its steady value",
    ),
    "T_oil": ("K", "oil temperature at a chip"),
    "T_oil_max": ("K", "hottest oil of a tank"),
    "T_sink_max": ("K", "hottest base of a heat sink of a tank"),
    "T_level": ("K", "mean oil temperature of a level"),
    "stratification": ("K", "mean oil temperature of the top tenth less that of the bottom tenth"),
    "water_T_in": ("K", "inlet temperature of the water"),
    "water_T_out": ("K", "outlet temperature of the water"),
    "water_mass_flow": ("kg s-1", "mass flow of the water"),
    "wall_loss": ("W", "heat through bottom and sides of a tank"),
    "surface_loss": ("W", "heat from the free surface of a tank"),
    "capture_efficiency": ("1", "heat to the water over the electric power of the miners"),
    "pump_heat": ("W", "hydraulic power of the pump, which warms the oil"),
    "exchanger_pressure_drop": ("Pa", "pressure drop of the oil side of the exchanger"),
    "loop_pressure_drop": ("Pa", "pressure drop of the pipes between tank and exchanger"),
    "system_pressure_drop": ("Pa", "pressure drop of tank, exchanger and pipes"),
    "miner_power": ("W", "electric power of each miner"),
    "miner_T_junction": ("K", "hottest junction of each miner"),
    "block_T_mean": ("K", "mean oil temperature in each miner"),
    "block_T_max": ("K", "hottest oil in each miner"),
    "block_velocity": ("m s-1", "mean superficial velocity through each miner, along its fins"),
    "block_flow": ("m3 s-1", "volume flow through each miner, along its fins"),
    "hot_miner": ("1", "miner of the hottest junction, from 0"),
    "hot_row": ("1", "row of the hottest junction, from 0"),
    "hot_col": ("1", "column of the hottest junction, from 0"),
    "history_momentum": ("1", "residual of momentum over the first"),
    "history_mass": ("1", "residual of mass over the first"),
    "history_energy": ("1", "residual of energy over the first"),
    "history_watch": ("K", "hottest junction after each step of the flow"),
    "outer_T_in": ("K", "oil inlet temperature of each repetition"),
    "outer_volume_flow": ("m3 s-1", "oil flow of each repetition"),
    "outer_heat": ("W", "heat that leaves the tank with the oil, at each repetition"),
    "outer_steps": ("1", "steps of the flow solve at each repetition"),
    "limit_miner": ("1", "miner whose junction passed its limit first, from 0; -1 if none did"),
    "T_outdoor": ("K", "outdoor temperature"),
    "wind_speed": ("m s-1", "wind speed"),
    "irradiance": ("W m-2", "global irradiance on the horizontal"),
    "demand": ("W", "heat that a network asks for"),
    "T_supply": ("K", "supply temperature of a network"),
    "T_return": ("K", "return temperature of a network"),
    "electricity_price": ("EUR J-1", "price of electricity"),
    "heat_price": ("EUR J-1", "price of heat"),
    "hash_price": ("EUR", "revenue of one hash"),
    "solder_damage": ("1", "life of solder joints used up by cycles of temperature, 1 at failure"),
    "equivalent_cycles": ("1", "cycles of the solder law's test that do the same harm"),
    "ageing_time": ("s", "time at the reference temperature that ages the chips as much, after Arrhenius"),
    "migration_time": (
        "s",
        "time at reference temperature and current that ages conductors as much, after Black",
    ),
    "cycle_count": ("1", "cycles of temperature by their swing"),
    "electricity": ("J", "electricity bought"),
    "heat_used": ("J", "heat that crossed the boundary into a system that used it"),
    "pue": ("1", "power usage effectiveness: all energy over that of the miners"),
    "erf": ("1", "energy reuse factor: heat used over all energy"),
    "ere": ("1", "energy reuse effectiveness: energy not reused over that of the miners"),
    "exergy_efficiency": ("1", "exergy of the heat used over electricity"),
    "time_below": ("s", "time with a supply temperature below the set point"),
    "kelvin_time_below": ("K s", "shortfall of the supply temperature times its time"),
    "largest_shortfall": ("K", "largest shortfall of the supply temperature"),
    "electricity_cost": ("EUR", "paid for electricity"),
    "heat_revenue": ("EUR", "earned with heat"),
    "hash_revenue": ("EUR", "earned with hashes"),
    "balance": ("EUR", "revenues less cost of electricity"),
    "emissions_electricity": ("kg", "CO2 of the electricity"),
    "emissions_displaced": ("kg", "CO2 of the boiler that would have made the heat"),
}


def _attributes(name: str) -> dict[str, str]:
    if name.startswith("sample_"):
        return {}
    unit, long_name = VARIABLES[name]
    return {"units": unit, "long_name": long_name}


def dataset(
    data: Mapping[str, tuple[tuple[str, ...], Any]],
    coords: Mapping[Any, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Dataset with CF attributes on every variable the package knows.

    Parameters
    ----------
    data : mapping of str to (dims, values)
        Variables.
    coords, attrs : mapping, optional
        Coordinates and global attributes.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    KeyError
        For a variable that is not in :data:`VARIABLES`: names are fixed there first.
    """
    made = xr.Dataset(
        {name: (dims, values, _attributes(name)) for name, (dims, values) in data.items()},
        coords,
        dict(attrs or {}),
    )
    for name in map(str, made.coords):
        if name in VARIABLES:
            made[name].attrs.update(units=VARIABLES[name][0], long_name=VARIABLES[name][1])
    return made
