"""Which chip of a board is hottest and why, and what flow or inlet it would take to stay below a limit.

The board is the assumed one of an A1566HA: no drawing of it is public, so that the numbers show the method, not
the machine. Run it with ``python examples/hottest_chip.py``; it writes ``hottest_chip.svg`` where it is run.
"""

import hashheat as hh

L_PER_MIN = 1 / 60e3
KELVIN = 273.15
LIMIT = 92.0 + KELVIN


def main() -> None:
    """Print the answers and draw the board."""
    board = hh.ColdPlate.named("canaan-a1566ha-board")
    state = board.solve(T_in=70 + KELVIN, with_fields=True, with_error=True)
    hot = state.isel(chip=int(state.hot_chip))
    print(
        f"hottest chip {hot.chip.item()} "
        f"at x {float(hot.chip_x) * 1e3:.0f} mm, y {float(hot.chip_y) * 1e3:.0f} mm: "
        f"{float(hot.T_chip) - KELVIN:.1f} degC, {float(state.junction_spread):.1f} K above the coldest "
        f"(grid error {float(state.grid_error):.2f} K)"
    )
    print(
        f"coolant leaves at {float(state.T_out) - KELVIN:.1f} degC, "
        f"{float(state.pressure_drop) / 1e3:.1f} kPa lost"
    )

    flow = board.flow_for(LIMIT, T_in=70 + KELVIN)
    print(f"for {LIMIT - KELVIN:.0f} degC at most it takes {flow.value / L_PER_MIN:.2f} L/min")
    inlet = board.largest_T_in(LIMIT)
    print(f"or an inlet of {inlet.value - KELVIN:.1f} degC at the design flow")

    swept = board.sweep(flow=[1.5 * L_PER_MIN, 2.5 * L_PER_MIN], T_in=[60 + KELVIN, 70 + KELVIN])
    print((swept.T_junction - KELVIN).round(1).to_series().unstack())

    moves = board.sensitivity()
    for key in moves.key.values[:4]:
        print(f"{key}: {float(moves.effect.sel(key=key)):.1f} K over its range")
    board.plot(state).savefig("hottest_chip.svg")


if __name__ == "__main__":
    main()
