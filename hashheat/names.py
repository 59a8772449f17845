"""What a dotted key means, in words for a reader who has not seen the files."""

import re

_WORDS: dict[str, str] = {
    "units.frequency": "clock of the units",
    "units.voltage": "supply voltage of the units",
    "T_in": "inlet temperature of a unit",
    "volume_flow": "flow of a unit",
    "header_imbalance": "flow imbalance along the headers",
    "T_ambient": "room temperature",
    "frequency": "clock of a unit",
    "voltage": "supply voltage of a unit",
    "loop.inlet": "inlet temperature",
    "loop.pressure": "pressure at the units' inlet",
    "loop.flow": "flow of a unit",
    "loop.outlet_setpoint": "outlet set point",
    "header.diameter": "header diameter",
    "header.spacing": "spacing of the units",
    "header.roughness": "header roughness",
    "header.tee_loss": "tee loss coefficient",
    "pump.efficiency": "pump efficiency",
    "pump.external_pressure_drop": "pressure drop outside headers",
    "surroundings.temperature": "room temperature",
    "limits.outlet": "outlet temperature asked for",
    "limits.boiling_margin": "distance from boiling asked for",
    "limits.pressure_drop": "highest pressure drop of a unit",
    "power.wall": "power of a unit at the wall",
    "power.terahash_per_second": "hash rate of a unit [TH/s]",
    "power.psu_efficiency": "efficiency of the power supply",
    "power.psu_heat_to_water": "supply loss to water, share",
    "power.leakage_share": "leakage share of chip power",
    "power.leakage_scale": "leakage: rise for e-fold growth",
    "power.reference_temperature": "chip temperature of rated power",
    "boards.flow_imbalance": "flow imbalance among boards",
    "chips.length": "chip length",
    "chips.width": "chip width",
    "chips.junction_to_plate": "junction-to-plate resistance",
    "chips.chip_spread": "chip-to-chip spread of resistance",
    "chips.unit_spread": "unit-to-unit spread of resistance",
    "chips.limit": "junction temperature limit",
    "plate.length": "plate length",
    "plate.width": "plate width",
    "plate.thickness": "plate thickness",
    "plate.conductivity": "plate conductivity",
    "plate.channel_width": "channel width",
    "plate.channel_height": "channel height",
    "plate.roughness": "channel roughness",
    "plate.port_loss": "port loss of the plate",
    "plate.nusselt_factor": "film coefficient, model error",
    "plate.friction_factor": "plate friction, model error",
    "plate.fouling": "fouling resistance of the plate",
    "coolant.flow": "flow the maker asks for",
    "coolant.manifold_pressure_drop": "pressure drop of hoses, manifold",
    "coolant.width": "channel width",
    "coolant.height": "channel height",
    "coolant.diameter": "diameter of channel or pin",
    "coolant.pitch": "channel pitch",
    "coolant.pitch_along": "pin pitch along the flow",
    "coolant.pitch_across": "pin pitch across the flow",
    "coolant.floor": "metal below the channel",
    "coolant.margin": "margin of the turns",
    "coolant.bend_radius": "bend radius",
    "coolant.tube_wall": "wall of the tube",
    "coolant.tube_conductivity": "conductivity of the tube",
    "coolant.joint_resistance": "joint of tube and plate",
    "coolant.roughness": "channel roughness",
    "coolant.port_loss": "port loss of the plate",
    "coolant.nusselt_factor": "film coefficient, model error",
    "coolant.friction_factor": "plate friction, model error",
    "chips.tim_thickness": "interface thickness",
    "chips.tim_conductivity": "interface conductivity",
    "chips.tim_resistance": "interface resistance of a chip",
    "chips.tim_area_resistance": "interface resistance by area",
    "chips.package_resistance": "package resistance of a chip",
    "power.chip": "power of a chip",
    "losses.top": "heat loss of the upper face",
    "losses.bottom": "heat loss of the lower face",
    "losses.edge": "heat loss of the edges",
    "design.flow": "flow of the plate",
    "design.T_in": "inlet temperature",
    "design.T_ambient": "room temperature",
    "design.pressure": "pressure at the inlet",
    **{
        f"{side}.{key}": words.format(side=side)
        for side in ("hot", "cold")
        for key, words in (
            ("T_in", "inlet temperature, {side} side"),
            ("T_out", "outlet temperature, {side} side"),
            ("mass_flow", "mass flow, {side} side"),
            ("volume_flow", "volume flow, {side} side"),
            ("pressure", "pressure, {side} side"),
            ("fouling", "fouling resistance, {side} side"),
        )
    },
    "duty.heat_rate": "heat asked for",
    "duty.hot_T_out": "hot outlet asked for",
    "duty.cold_T_out": "cold outlet asked for",
    "duty.approach": "approach asked for",
    "limits.hot_pressure_drop": "highest pressure drop, hot side",
    "limits.cold_pressure_drop": "highest pressure drop, cold side",
    "limits.port_velocity": "highest velocity in a port",
    "limits.headroom": "share of the frame kept free",
    "limits.oversurface": "oversurface asked for",
    "limits.fouling_hot": "fouling resistance, hot side",
    "limits.fouling_cold": "fouling resistance, cold side",
    "limits.max_pressure": "highest pressure of the plate",
    "limits.T_min": "lowest temperature of the plate",
    "limits.T_max": "highest temperature of the plate",
    "limits.max_port_velocity": "highest velocity in a port",
    "plate.area": "area of a plate",
    "plate.flow_length": "flow length of a channel",
    "plate.port_distance": "distance of the ports",
    "plate.port_diameter": "port diameter",
    "plate.gap": "gap between plates",
    "plate.enlargement": "enlargement by the corrugation",
    "correlation.Nu_factor": "film coefficient, model error",
    "correlation.f_factor": "channel friction, model error",
    "correlation.port_loss": "port loss coefficient",
    "price.fixed": "price without plates",
    "price.per_area": "price of plate area",
    "surroundings.loss_conductance": "heat loss conductance to room",
    "tank.length": "length of the tank",
    "tank.width": "width of the tank",
    "tank.depth": "depth of the oil",
    "fluid.pressure": "pressure of the room",
    "fluid.flash_point": "flash point of the oil",
    "fluid.viscosity_factor": "viscosity over that of fresh oil",
    "fluid.film_factor": "film of the heat sinks, model error",
    "circulation.volume_flow": "oil flow",
    "circulation.T_in": "oil inlet temperature",
    "circulation.loop_pressure_drop": "pressure drop of the oil's pipes",
    "circulation.loop_flow": "flow at which it holds",
    "circulation.pump_efficiency": "pump efficiency",
    "exchanger.UA": "conductance of the exchanger",
    "exchanger.conductance_factor": "exchanger's conductance, model error",
    "exchanger.oil_pressure_drop": "pressure drop of the exchanger, oil",
    "exchanger.oil_flow": "flow at which it holds",
    "water.T_in": "water inlet temperature",
    "water.volume_flow": "water flow",
    "water.flow": "water flow",
    "water.pressure": "water pressure",
    "walls.T_ambient": "room temperature",
    "walls.htc": "heat loss through walls",
    "walls.insulation": "thickness of the insulation",
    "surface.htc": "heat loss of the oil's surface",
    "miner.power": "power of a unit",
    "miner.chip_share": "share of it that chips release",
    "miner.limit": "junction temperature limit",
    "miner.junction_to_sink": "junction-to-sink resistance",
    "miner.heat_capacity": "heat capacity of a unit",
    "bath.hardware_volume": "volume of all hardware in the bath",
    "bath.pressure_max": "highest pressure of the bath",
    "bath.pressure_min": "lowest pressure of the bath",
    "bath.loss_conductance": "heat loss conductance of the bath",
    "fluid.charge": "charge of the bath",
    "fluid.vapour_diffusivity": "diffusivity of the vapour in air",
    "chips.junction_resistance": "junction-to-face resistance",
    "boiling.factor": "boiling film coefficient, model error",
    "boiling.incipience_superheat": "superheat of the first bubbles",
    "boiling.critical_factor": "critical heat flux, model error",
    "condenser.film_factor": "condensing film, model error",
    "condenser.gas_fraction": "air in the vapour at the coil",
}

#: Tables that a file may hold several of, numbered from 0 in their keys.
_NUMBERED = re.compile(r"(miner|inlet|outlet)\.(\d+)\.(.+)")


def in_words(key: str) -> str:
    """Name of an input for a reader.

    Parameters
    ----------
    key : str
        Dotted key of a file; that of a device file with or without ``miner.`` in front, that of a plate file with
        or without ``plate.``, that of a miner's cold plate behind ``cold_plate.``.

    Returns
    -------
    str
        For a key not known here, the key itself with its dots and underscores taken out.
    """
    numbered = _NUMBERED.fullmatch(key)
    if numbered is not None:
        table, place, rest = numbered.groups()
        plain = _WORDS.get(f"{table}.{rest}") or rest.replace(".", " ").replace("_", " ")
        return f"{plain}, {table} {int(place) + 1}"
    own = key.removeprefix("miner.").removeprefix("cold_plate.")
    # The numbers of a plate file stand behind `plate.` in an exchanger.
    return (
        _WORDS.get(own) or _WORDS.get(own.removeprefix("plate.")) or own.replace(".", ": ").replace("_", " ")
    )


def compact(text: str) -> str:
    """Shorten a described value: ``95.00 degC .. 115.00 degC (uniform)`` to ``95 .. 115 °C``."""
    text = text.removesuffix(" (uniform)").removesuffix(" (normal)").replace("degC", "°C")
    for mark in (" .. ", " +/- "):
        ends = text.split(mark)
        if len(ends) == 2:
            (first, _, unit), (last, _, last_unit) = (end.partition(" ") for end in ends)
            first, last = (re.sub(r"(\.\d*?)0+$", r"\1", number).rstrip(".") for number in (first, last))
            head = first if unit == last_unit else f"{first} {unit}"
            return f"{head}{mark}{last} {last_unit}".rstrip()
    return text
