"""Status and simple controls of an EPANET input file, as far as they act at time 0."""

from hashheat.components.epanet_clock import time_of_day
from hashheat.components.epanet_lines import Line
from hashheat.components.epanet_records import EpanetLink, EpanetNode


def set_status(line: Line, link: EpanetLink, at: int) -> EpanetLink:
    """Link with the status or setting in a word of a line.

    Raises
    ------
    InputError
        For what the kind of link does not take.
    """
    word = line.word(at)
    if link.check:
        line.refuse("a pipe with a check valve has no status", link.name, "another link")
    if word in ("OPEN", "CLOSED"):
        shut = word == "CLOSED"
        # A valve that is set open or closed does not throttle; a pump that is switched on runs at full speed.
        if link.kind == "valve":
            return link._replace(closed=shut, setting=None)
        return link._replace(closed=shut, speed=1.0) if link.kind == "pump" else link._replace(closed=shut)
    if link.kind == "pump":
        speed = line.number_at(at, "OPEN, CLOSED, or the speed of a pump", least=0.0)
        return link._replace(speed=speed or 1.0, closed=speed == 0.0)
    if link.kind == "valve":
        setting = line.number_at(at, "OPEN, CLOSED, or the loss coefficient of a valve", least=0.0)
        return link._replace(setting=setting, closed=False)
    line.refuse("a pipe is open or closed", line.words[at], "OPEN or CLOSED")


def apply_status(links: dict[str, EpanetLink], lines: list[Line]) -> dict[str, EpanetLink]:
    """Links with what the status section says of them.

    Raises
    ------
    InputError
        For an unknown link or status.
    """
    changed = dict(links)
    for line in lines:
        line.needs(2, 2, "link, OPEN or CLOSED or a setting")
        name = line.words[0]
        if name not in changed:
            line.refuse("unknown link", name, "a pipe, pump or valve of this file")
        changed[name] = set_status(line, changed[name], 1)
    return changed


def apply_controls(
    links: dict[str, EpanetLink],
    nodes: dict[str, EpanetNode],
    lines: list[Line],
    metre: float,
    clock: float = 0.0,
) -> tuple[dict[str, EpanetLink], list[int]]:
    """Links after the simple controls whose condition holds at time 0, and the numbers of the other lines.

    Parameters
    ----------
    links, nodes
        By name.
    lines : list of Line
    metre : float
        Unit of length of the file [m].
    clock : float
        Time of day at time 0 [s].

    Raises
    ------
    InputError
        For a line that is no control, a time of day that is none, or a control by the pressure of a junction.
    """
    changed, idle = dict(links), []
    form = "LINK name status IF NODE tank ABOVE or BELOW level; AT TIME hours; AT CLOCKTIME hours"
    for line in lines:
        line.needs(6, 8, form)
        name = line.words[1]
        if name not in changed:
            line.refuse("unknown link", name, "a pipe, pump or valve of this file")
        after = set_status(line, changed[name], 2)
        if line.word(3) == "AT" and line.word(4) in ("TIME", "CLOCKTIME"):
            if line.word(4) == "CLOCKTIME":
                holds = time_of_day(line, 5) == clock
            else:  # a time of the run is 0 where no digit but 0 stands in it
                holds = not any(c in "123456789" for c in line.words[5])
        elif line.word(3) == "IF" and line.word(4) == "NODE" and line.word(6) in ("ABOVE", "BELOW"):
            node = nodes.get(line.words[5])
            if node is None or node.kind != "tank" or node.head is None:
                line.refuse("only a tank's level can control a link here", line.words[5], "a tank")
            level = line.number_at(7, "the level") * metre
            held = node.head - node.elevation
            holds = held >= level if line.word(6) == "ABOVE" else held <= level
        else:
            line.refuse("this is no simple control", " ".join(line.words), form)
        if holds:
            changed[name] = after
        else:
            idle.append(line.number)
    return changed, idle
