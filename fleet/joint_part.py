"""A short pipe that does nothing: it parts a place where a temperature is measured from where waters mix."""

from collections.abc import Sequence
from typing import Any

from hashheat.fleet.part import Answer, Given, Ledger, Now, Part


class JointPart(Part):
    """A path without loss."""

    paths = (("inlet", "outlet"),)

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """See :class:`~hashheat.fleet.part.Part`."""
        return Answer(given.T_in, ())

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """See :class:`~hashheat.fleet.part.Part`."""
        return memory, Ledger(0.0, 0.0, 0.0, {})


def with_joints(
    parts: Sequence[Part], connections: Sequence[Sequence[str]]
) -> tuple[tuple[Part, ...], list[list[str]]]:
    """Give every port whose temperature is held a place of its own, ahead of where other waters join.

    Parameters
    ----------
    parts : sequence of Part
    connections : sequence of sequences of str
        As :func:`hashheat.fleet.circuits.connect` takes them.

    Returns
    -------
    parts : tuple of Part
        With a joint more for each such port.
    connections : list of lists of str

    Notes
    -----
    A sensor at the outlet of an exchanger sees what leaves the exchanger, not what it becomes after a tank has
    added its own.
    """
    held = {port for part in parts for actuator in part.actuators for port in actuator.held}
    found, joints = [], []
    for group in connections:
        rest = list(group)
        for port in [p for p in group if p in held]:
            if len(rest) > 2:
                name = f"{port.replace('.', '_')}_joint"
                joints.append(JointPart(name))
                found.append([port, f"{name}.inlet"])
                rest[rest.index(port)] = f"{name}.outlet"
        found.append(rest)
    return (*parts, *joints), found
