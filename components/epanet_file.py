"""Read a water network from an EPANET input file, as it stands at time 0."""

from pathlib import Path

from hashheat.components.epanet_clock import start_clock
from hashheat.components.epanet_controls import apply_controls, apply_status
from hashheat.components.epanet_lines import PASSED_OVER, READ, Line, read_lines
from hashheat.components.epanet_links import read_links
from hashheat.components.epanet_options import Options, check_times, read_options
from hashheat.components.epanet_records import EpanetFile, EpanetNode
from hashheat.thermo.errors import InputError


def load_epanet(path: str | Path) -> EpanetFile:
    """Read an EPANET ``.inp`` file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    EpanetFile

    Raises
    ------
    InputError
        Naming the file, the line, what was found there and what is accepted.

    Notes
    -----
    After the EPANET 2.2 User Manual, appendix C. Read are junctions, reservoirs, tanks (their initial level is
    a held head), pipes with minor losses and check valves, pumps with a head curve of one or three points and a
    speed, throttle control valves, demands by category, patterns at time 0, status, and simple controls whose
    condition holds at time 0, by the clock from START CLOCKTIME (midnight) on. Refused by name are all other
    valves, pumps of constant power or with another curve, the Chezy-Manning head loss, emitters, leakage, demands
    that depend on the pressure, a tank at the end of its levels, and controls by the pressure of a junction.
    Anything else without meaning for a steady hydraulic state is passed over and listed.
    """
    sections = read_lines(Path(path))
    lines = {name: sections.get(name, []) for name in READ}
    options = read_options(lines["OPTIONS"])
    check_times(lines["TIMES"])
    for name, what in (("EMITTERS", "an emitter"), ("LEAKAGE", "leakage")):
        for line in lines[name]:
            if any(line.number_at(i, "a coefficient") != 0.0 for i in range(1, max(2, len(line.words)))):
                line.refuse(f"{what} is not supported", " ".join(line.words), "a coefficient of 0")
    patterns = _patterns(lines["PATTERNS"])
    nodes = _nodes(options, patterns, lines)
    if not nodes:
        raise InputError(
            "the file has no node", file=str(path), accepted="[JUNCTIONS], [RESERVOIRS] or [TANKS]"
        )
    links = read_links(options, patterns, nodes, lines)
    links, idle = apply_controls(
        apply_status(links, lines["STATUS"]),
        nodes,
        lines["CONTROLS"],
        options.metre,
        start_clock(lines["TIMES"]),
    )
    passed = [name for name in PASSED_OVER if sections.get(name)]
    passed += [f"CONTROLS line {number}" for number in idle]
    title = "\n".join(line.words[0] for line in lines["TITLE"])
    return EpanetFile(title, options, tuple(nodes.values()), tuple(links.values()), tuple(passed))


def _patterns(lines: list[Line]) -> dict[str, float]:
    """First multiplier of every pattern."""
    found: dict[str, float] = {}
    for line in lines:
        line.needs(2, 10**6, "pattern, multipliers")
        multipliers = [line.number_at(i, "a multiplier") for i in range(1, len(line.words))]
        found.setdefault(line.words[0], multipliers[0])
    return found


def _multiplier(line: Line, at: int, patterns: dict[str, float], default: str = "") -> float:
    """Multiplier of the pattern named in a word of a line; 1 where neither it nor the default exists."""
    if at >= len(line.words):
        return patterns.get(default, 1.0)
    if line.words[at] not in patterns:
        line.refuse("unknown pattern", line.words[at], ", ".join(patterns) or "no pattern: the file has none")
    return patterns[line.words[at]]


def _nodes(
    options: Options, patterns: dict[str, float], lines: dict[str, list[Line]]
) -> dict[str, EpanetNode]:
    metre, nodes = options.metre, dict[str, EpanetNode]()

    def add(line: Line, node: EpanetNode) -> None:
        if node.name in nodes:
            line.refuse("a node of this name stands above", node.name, "another name")
        nodes[node.name] = node

    for line in lines["JUNCTIONS"]:
        line.needs(1, 4, "name, elevation, demand, pattern")
        z = line.number_at(1, "the elevation") * metre if len(line.words) > 1 else 0.0
        demand = line.number_at(2, "the demand") if len(line.words) > 2 else 0.0
        demand *= _multiplier(line, 3, patterns, options.pattern)
        add(line, EpanetNode(line.words[0], "junction", z, demand))
    for line in lines["RESERVOIRS"]:
        line.needs(2, 3, "name, head, pattern")
        head = line.number_at(1, "the head") * metre * _multiplier(line, 2, patterns)
        add(line, EpanetNode(line.words[0], "reservoir", head, head=head))
    for line in lines["TANKS"]:
        line.needs(
            2, 9, "name, elevation, initial, least and greatest level, diameter, volume, curve, overflow"
        )
        z = line.number_at(1, "the elevation") * metre
        level = line.number_at(2, "the initial level", least=0.0) * metre if len(line.words) > 2 else 0.0
        if len(line.words) > 4:
            low, high = (line.number_at(i, "a level", least=0.0) * metre for i in (3, 4))
            if not low < level < high:
                line.refuse(
                    "the initial level of a tank lies at the end of its levels or beyond, where it fills or "
                    "empties no more",
                    line.words[2],
                    f"between {line.words[3]} and {line.words[4]}",
                )
        add(line, EpanetNode(line.words[0], "tank", z, head=z + level))

    factor = options.demand_multiplier
    sums: dict[str, float] = {}
    for line in lines["DEMANDS"]:
        if line.word(0) == "MULTIPLY":
            factor = line.number_at(1, "the demand multiplier", least=0.0)
            continue
        line.needs(2, 10**6, "junction, demand, pattern")
        node = nodes.get(line.words[0])
        if node is None or node.kind != "junction":
            line.refuse("unknown junction", line.words[0], "a junction of this file")
        demand = line.number_at(1, "the demand") * _multiplier(line, 2, patterns, options.pattern)
        sums[node.name] = sums.get(node.name, 0.0) + demand
    return {
        name: node._replace(demand=sums.get(name, node.demand) * factor * options.flow)
        for name, node in nodes.items()
    }
