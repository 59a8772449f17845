"""Why no exchanger of a catalogue serves a duty, one line for each reason, and what would."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hashheat.components.errors import NoExchangerError
from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_limits import (
    CLASS,
    COLD,
    DROPS,
    HEAT,
    HOT,
    KIND,
    MATERIAL,
    NO_STATE,
    PORTS,
    Refusal,
    SizingLimits,
)
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.exchanger_search import Estimate

#: More exchangers in parallel are not looked for.
MOST_PARALLEL = 12
# Column of the block that an InputError shows what was found in.
_INDENT = "\n" + " " * 12
# Larger pressure drops that are tried, over those asked, and where a pressure drop makes no sense any more [Pa].
_FACTORS = (1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_MOST_DROP = 5e5

Serves = Callable[[Duty, SizingLimits], bool]


def no_exchanger(
    failed: Sequence[Estimate],
    catalogue: Sequence[PlateFile],
    duty: Duty,
    limits: SizingLimits,
    serves: Serves,
) -> NoExchangerError:
    """Error that says what keeps every plate type from serving, the nearest miss of each limit, and what would do.

    Parameters
    ----------
    failed : sequence of Estimate
        Ways of building that miss a limit.
    catalogue : sequence of PlateFile
    duty : Duty
    limits : SizingLimits
    serves : callable
        Whether the catalogue holds an exchanger for another duty within other limits.

    Returns
    -------
    NoExchangerError
    """
    refused = {plate.name: r for plate in catalogue if (r := limits.refusal_of(plate, duty)) is not None}
    by_driver = _by_driver(failed)
    misses = [min(of, key=lambda e: e.shortfall) for of in by_driver.values()]
    lines = [_miss(e, len(by_driver[e.driver])) for e in sorted(misses, key=lambda e: e.shortfall)]
    topics: dict[str, list[str]] = {}
    for name, refusal in refused.items():
        topics.setdefault(refusal.topic, []).append(name)
    lines += [_group(names, refused, topic) for topic, names in topics.items()]
    return NoExchangerError(
        "no plate of the catalogue keeps all limits",
        key="limits",
        found=_INDENT.join(lines) or "nothing to try",
        accepted=_INDENT.join(_advice(misses, refused, catalogue, duty, limits, serves)),
    )


def _by_driver(failed: Sequence[Estimate]) -> dict[str, list[Estimate]]:
    found: dict[str, list[Estimate]] = {}
    for e in failed:
        found.setdefault(e.driver, []).append(e)
    return found


def _miss(e: Estimate, ways: int) -> str:
    """The way of building that comes nearest to a limit, and by how much it misses it."""
    if e.driver == NO_STATE:
        return f"{ways} way{'s' if ways > 1 else ''} of building: {NO_STATE}; one is {describe(e)}"
    return f"{describe(e)}: {e.driver} missed by {100.0 * e.shortfall:.3g} %"


def describe(e: Estimate) -> str:
    """Plate, chevron angle, passes and plates of a way of building."""
    unit = e.exchanger
    angles = f"{unit.channel_angle:g}" + ("" if unit.second_angle is None else f" and {unit.second_angle:g}")
    passes = " / ".join(map(str, unit.passes))
    return f"{_short(unit.plate.name)}, {angles} degrees, passes {passes}, {unit.plates} plates"


def _short(name: str) -> str:
    return name.removesuffix(" (not a product)")


def _group(names: list[str], refused: dict[str, Refusal], topic: str) -> str:
    """All plate types that are refused for the same, with the one that comes nearest."""
    best = min((refused[name] for name in names), key=lambda refusal: refusal.excess)
    if len(names) == 1:
        return f"{_short(names[0])}: {best.text}"
    alike = len({refused[name].text for name in names}) == 1
    return f"{len(names)} plate types: {best.text}" + ("" if alike else ", the nearest of them")


def _advice(
    misses: Sequence[Estimate],
    refused: dict[str, Refusal],
    catalogue: Sequence[PlateFile],
    duty: Duty,
    limits: SizingLimits,
    serves: Serves,
) -> list[str]:
    """What would do, for each reason."""
    lines = []
    topics = {refusal.topic for refusal in refused.values()}
    own = {e.driver: e for e in misses}
    if misses and all(e.driver == NO_STATE for e in misses):
        return ["more heat, or other flows"]
    if HEAT in own or any(name in own for name in DROPS) or PORTS in topics:
        count = _parallel(duty, limits, serves)
        if count is not None:
            lines.append(f"{count} exchangers in parallel, each for 1/{count} of the heat and of both flows")
    if any(name in own for name in DROPS):
        asked = _drops(duty, limits, tuple(name in own for name in DROPS), serves)
        lines += [] if asked is None else [asked]
    if misses:
        if any(limits.most_plates(plate) < plate.limits.max_plates for plate in catalogue):
            lines.append("more plates: larger max_plates, or less headroom")
        if limits.oversurface > 0.0:
            lines.append("less oversurface")
        lines.append("larger plates, or a larger approach")
        return lines
    by_topic = {topic: [p for p in catalogue if refused[p.name].topic == topic] for topic in topics}
    if KIND in topics:
        lines.append(f"kind = {' or '.join(sorted({repr(p.kind) for p in by_topic[KIND]}))}")
    if MATERIAL in topics:
        lines.append(
            f"material = {' or '.join(sorted({repr(p.plate.material) for p in by_topic[MATERIAL]}))}"
        )
    if HOT in topics:
        most = max(plate.limits.T_max.nominal for plate in by_topic[HOT]) - 273.15
        lines.append(f"temperatures of at most {most:.0f} degC, or other plates")
    if COLD in topics:
        least = min(plate.limits.T_min.nominal for plate in by_topic[COLD]) - 273.15
        lines.append(f"temperatures of at least {least:.0f} degC, or other plates")
    if CLASS in topics:
        most = max(plate.limits.max_pressure.nominal for plate in by_topic[CLASS]) / 1e5
        lines.append(f"pressures of at most {most:.0f} bar (absolute), or other plates")
    if PORTS in topics:
        lines.append("plates with larger ports, or a higher port_velocity")
    if not lines:
        lines.append("larger max_plates, or less headroom")
    return lines


def _drops(duty: Duty, limits: SizingLimits, missed: tuple[bool, ...], serves: Serves) -> str | None:
    """The pressure drops that would do, of the sides that are missed or of both; None if none does."""
    for sides in dict.fromkeys((missed, (True, True))):
        for factor in _FACTORS:
            hot, cold = (p * factor if raised else p for p, raised in zip(limits.pressure_drop, sides))
            if max(hot, cold) < _MOST_DROP and serves(duty, replace(limits, pressure_drop=(hot, cold))):
                asked = [
                    f"a {n} of {1e-3 * p:.3g} kPa"
                    for n, p, raised in zip(DROPS, (hot, cold), sides)
                    if raised
                ]
                return " and ".join(asked)
    return None


def _parallel(duty: Duty, limits: SizingLimits, serves: Serves) -> int | None:
    """Fewest exchangers that share the duty; None if that many are not enough."""
    for count in range(2, MOST_PARALLEL + 1):
        hot, cold = duty.mass_flow
        part = hot / count, cold / count
        if serves(replace(duty, mass_flow=part, heat_rate=duty.heat_rate / count), limits):
            return count
    return None
