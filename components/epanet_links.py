"""Pipes, pumps and valves of an EPANET input file."""

from hashheat.components.epanet_lines import Line
from hashheat.components.epanet_options import Options
from hashheat.components.epanet_pumps import head_curve
from hashheat.components.epanet_records import EpanetLink, EpanetNode

#: Valves that hold a pressure, a flow or a curve of their own.
_OTHER_VALVES = ("PRV", "PSV", "PBV", "FCV", "GPV", "PCV")


def read_links(
    options: Options,
    patterns: dict[str, float],
    nodes: dict[str, EpanetNode],
    lines: dict[str, list[Line]],
) -> dict[str, EpanetLink]:
    """Pipes, pumps and valves by name.

    Parameters
    ----------
    options : Options
    patterns : dict of str to float
        First multipliers.
    nodes : dict of str to EpanetNode
    lines : dict of str to list of Line
        Of the sections PIPES, CURVES, PUMPS and VALVES.

    Raises
    ------
    InputError
    """
    links: dict[str, EpanetLink] = {}

    def ends(line: Line) -> tuple[str, str]:
        name, start, end = line.words[:3]
        if name in links:
            line.refuse("a link of this name stands above", name, "another name")
        for node in (start, end):
            if node not in nodes:
                line.refuse("unknown node", node, "a junction, reservoir or tank of this file")
        if start == end:
            line.refuse("a link must join two nodes", start, "two different nodes")
        return start, end

    curves: dict[str, list[tuple[float, float]]] = {}
    for line in lines["CURVES"]:
        line.needs(3, 3, "curve, x, y")
        curves.setdefault(line.words[0], []).append((line.number_at(1, "x"), line.number_at(2, "y")))
    for line in lines["PIPES"]:
        line.needs(6, 8, "name, two nodes, length, diameter, roughness, loss coefficient, status")
        link = EpanetLink(line.words[0], "pipe", *ends(line))
        links[link.name] = _pipe(line, link, options)
    for line in lines["PUMPS"]:
        line.needs(4, 20, "name, two nodes, HEAD curve, SPEED number, PATTERN name")
        link = EpanetLink(line.words[0], "pump", *ends(line))
        links[link.name] = _pump(line, link, options, patterns, curves)
    for line in lines["VALVES"]:
        line.needs(6, 8, "name, two nodes, diameter, type, setting, loss coefficient")
        link = EpanetLink(line.words[0], "valve", *ends(line))
        links[link.name] = _valve(line, link, options)
    return links


def _pipe(line: Line, link: EpanetLink, options: Options) -> EpanetLink:
    smooth = options.headloss == "darcy-weisbach"
    rough = line.number_at(5, "the roughness", least=0.0, positive=not smooth)
    link = link._replace(
        length=line.number_at(3, "the length", positive=True) * options.metre,
        diameter=line.number_at(4, "the diameter", positive=True) * options.diameter,
        roughness=rough * options.roughness,
    )
    if smooth and link.roughness > 0.05 * link.diameter:
        line.refuse(
            "the roughness is more than a twentieth of the diameter",
            line.words[5],
            "a roughness in thousandths of a foot, or millimetres",
        )
    status = len(line.words) - 1
    if status > 5 and line.word(status) in ("OPEN", "CLOSED", "CV"):
        link = link._replace(closed=line.word(status) == "CLOSED", check=line.word(status) == "CV")
    else:
        if status == 7:
            line.refuse("unknown status of a pipe", line.words[7], "OPEN, CLOSED or CV")
        status = len(line.words)
    return link._replace(loss=line.number_at(6, "the loss coefficient", least=0.0)) if status == 7 else link


def _pump(
    line: Line,
    link: EpanetLink,
    options: Options,
    patterns: dict[str, float],
    curves: dict[str, list[tuple[float, float]]],
) -> EpanetLink:
    curve, speed, at = None, 1.0, 3
    while at < len(line.words):
        match line.word(at):
            case "HEAD":
                name = line.words[at + 1] if at + 1 < len(line.words) else ""
                if name not in curves:
                    line.refuse("unknown curve of a pump", name, ", ".join(curves) or "a curve of this file")
                curve = head_curve(line, curves[name], options.flow, options.metre)
            case "SPEED":
                speed = line.number_at(at + 1, "the speed of a pump", least=0.0)
            case "PATTERN":
                name = line.words[at + 1] if at + 1 < len(line.words) else ""
                if name not in patterns:
                    line.refuse("unknown pattern", name, ", ".join(patterns) or "a pattern of this file")
                speed = patterns[name]
                if speed < 0.0:
                    line.refuse("the speed of a pump is negative", speed, "0 or more")
            case "POWER":
                line.refuse("a pump of constant power is not supported", " ".join(line.words), "HEAD curve")
            case _:
                line.refuse("unknown word of a pump", line.words[at], "HEAD, SPEED or PATTERN")
        at += 2
    if curve is None:
        line.refuse("the pump has no curve", " ".join(line.words), "HEAD curve")
    return link._replace(curve=curve, speed=speed or 1.0, closed=speed == 0.0)


def _valve(line: Line, link: EpanetLink, options: Options) -> EpanetLink:
    kind = line.word(4)
    if kind in _OTHER_VALVES:
        line.refuse(
            f"a valve of type {kind} is not supported", kind, "TCV, a valve of given loss coefficient"
        )
    if kind != "TCV":
        line.refuse("unknown type of a valve", line.words[4], "TCV")
    diameter = line.number_at(3, "the diameter", positive=True) * options.diameter
    loss = line.number_at(6, "the loss coefficient", least=0.0) if len(line.words) > 6 else 0.0
    setting = line.number_at(5, "the setting", least=0.0)
    return link._replace(diameter=diameter, loss=loss, setting=setting)
