"""The same flow seen from other axes."""

import numpy as np

from hashheat.solvers.flow_model import FlowGrid


def turned(box, order):
    """The box with its axes renamed: new axis a is old axis ``order[a]``, 0, 1, 2 for x, y, z."""

    def field(old):
        return np.ascontiguousarray(np.transpose(old, [2 - order[2 - a] for a in range(3)]))

    def stack(old):
        return np.stack([field(old[order[a]]) for a in range(3)])

    def plate(old, a):
        # Remaining old axes of the face, in the order z, y, x; then in the order that the new axes want.
        had = [b for b in (2, 1, 0) if b != order[a]]
        want = [order[b] for b in (2, 1, 0) if b != a]
        return np.ascontiguousarray(old if had == want else old.T)

    sides = []
    for number in range(6):
        a = number // 2
        old = box.sides[2 * order[a] + number % 2]
        sides.append(
            type(old)(
                plate(old.kind, a),
                np.stack([plate(old.velocity[order[b]], a) for b in range(3)]),
                *(plate(part, a) for part in old[2:]),
            )
        )
    return box._replace(
        grid=FlowGrid(*(box.grid[order[a]] for a in range(3))),
        gravity=box.gravity[list(order)],
        sides=tuple(sides),
        inverse_permeability=stack(box.inverse_permeability),
        forchheimer=stack(box.forchheimer),
        conductivity=stack(box.conductivity),
        force=tuple(field(box.force[order[a]]) for a in range(3)),
        **{
            name: field(getattr(box, name))
            for name in (
                "solid",
                "porosity",
                "heat_capacity",
                "source",
                "exchange",
                "exchange_temperature",
                "mixing_length",
            )
        },
    )


def turned_state(state, order):
    """The state of :func:`turned`."""

    def field(old):
        return np.transpose(old, [2 - order[2 - a] for a in range(3)])

    speeds = (state.u, state.v, state.w)
    return type(state)(*(field(speeds[order[a]]) for a in range(3)), field(state.p), field(state.T))
