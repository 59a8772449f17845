"""Fields of a flow as a Dataset and as a VTK file: exact fields go in, the same come out."""

import sys

import numpy as np
import pytest
import xarray as xr

from hashheat.solvers.flow_dataset import LIQUID, POROUS, SOLID, ZONES, flow_dataset
from hashheat.solvers.flow_model import FlowGrid, FlowState, flow_box
from hashheat.solvers.flow_vtk import MissingVtkError, write_vtk
from hashheat.thermo.errors import HashheatError, InputError
from hashheat.thermo.liquid import constant_liquid

SIZE = (1.2, 0.7, 0.5)


def stretched(n, length):
    """Faces that crowd at both ends."""
    return 0.5 * length * (1.0 - np.cos(np.pi * np.arange(n + 1) / n))


def vortex(n):
    """Taylor-Green-like field: u = sin x cos y cos z, v = -cos x sin y cos z, w = 0, scaled to the box."""
    faces = [stretched(cells, length) for cells, length in zip((n + 2, n + 1, n), SIZE)]
    liquid = constant_liquid(800.0, 5e-3, 0.13, 2200.0, 7e-4, T_ref=313.15)
    box = flow_box(FlowGrid(*faces), liquid, (0.0, 0.0, -9.81))
    middles = [0.5 * (f[1:] + f[:-1]) for f in faces]
    angle = [np.pi / length for length in SIZE]
    x, y, z = middles
    X, Y, Z = faces[0] * angle[0], faces[1] * angle[1], z * angle[2]
    xa, ya = x * angle[0], y * angle[1]
    u = np.cos(Z)[:, None, None] * np.cos(ya)[None, :, None] * np.sin(X)[None, None, :]
    v = -np.cos(Z)[:, None, None] * np.sin(Y)[None, :, None] * np.cos(xa)[None, None, :]
    w = np.zeros((len(z) + 1, len(y), len(x)))
    T = 313.15 + 5.0 * z[:, None, None] + 2.0 * x[None, None, :] + 0.0 * y[None, :, None]
    p = np.broadcast_to(100.0 * x, T.shape).copy()
    return box, FlowState(u, v, w, p, T)


def exact_speed(data):
    """Speed in the middles of the cells, of the field itself."""
    xa, ya, za = (np.pi * data[name] / length for name, length in zip("xyz", SIZE))
    u, v = np.sin(xa) * np.cos(ya) * np.cos(za), -np.cos(xa) * np.sin(ya) * np.cos(za)
    return np.sqrt(u**2 + v**2).transpose("z", "y", "x").values


def test_the_speed_in_cells_converges_with_second_order():
    errors = []
    for n in (8, 16, 32):
        data = flow_dataset(*vortex(n))
        errors.append(np.abs(data["speed"].values - exact_speed(data)).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    # The grid is not halved exactly: 10 to 18 cells along x.
    assert np.all(orders > 1.6)
    assert errors[-1] < 4e-3


def test_every_field_has_its_unit_and_its_place():
    box, state = vortex(4)
    data = flow_dataset(box, state)
    assert dict(data.sizes) == {"z": 4, "y": 5, "x": 6, "z_face": 5, "y_face": 6, "x_face": 7}
    for name in ("T", "p", "u", "v", "w", "speed", "density_deviation", "source", "zone"):
        assert data[name].dims == ("z", "y", "x")
    units = {"T": "K", "p": "Pa", "u": "m s-1", "w": "m s-1", "density_deviation": "kg m-3", "x": "m"}
    for name, unit in units.items():
        assert data[name].attrs["units"] == unit
        assert data[name].attrs["long_name"]
    np.testing.assert_array_equal(data["T"], state.T)
    np.testing.assert_array_equal(data["y_face"], box.grid.y)
    # Density falls by its expansion, 7e-4 of 800 kg/m3 for each kelvin above the reference.
    np.testing.assert_allclose(data["density_deviation"], -0.56 * (state.T - 313.15), rtol=1e-12)
    np.testing.assert_array_equal(data.attrs["gravity_metre_per_second_squared"], [0.0, 0.0, -9.81])
    state.T[...] = 0.0
    assert float(data["T"].min()) > 300.0


def test_zones_are_told_apart():
    box, state = vortex(4)
    box.porosity[0, 0, 1] = 0.4
    box.inverse_permeability[2, 0, 0, 2] = 1e6
    box.forchheimer[0, 0, 0, 3] = 10.0
    box.solid[0, 0, 3:5] = True
    zone = flow_dataset(box, state)["zone"]
    assert list(zone.values[0, 0, :6]) == [LIQUID, POROUS, POROUS, SOLID, SOLID, LIQUID]
    assert int((zone.values[1:] != LIQUID).sum()) == 0
    assert zone.attrs["flag_meanings"].split() == list(ZONES)
    assert list(zone.attrs["flag_values"]) == [LIQUID, POROUS, SOLID]


def test_netcdf_reads_back_the_same(tmp_path):
    data = flow_dataset(*vortex(3))
    data.to_netcdf(tmp_path / "flow.nc", engine="h5netcdf")
    found = xr.load_dataset(tmp_path / "flow.nc", engine="h5netcdf")
    xr.testing.assert_identical(found, data)
    assert {name: v.dtype for name, v in found.variables.items()} == {
        name: v.dtype for name, v in data.variables.items()
    }


def test_a_state_of_another_box_is_refused():
    box, state = vortex(3)
    with pytest.raises(InputError, match="not of this box") as caught:
        flow_dataset(box, state._replace(v=state.v[:, :-1]))
    assert (caught.value.key, caught.value.found) == ("v", (3, 4, 5))


def test_vtk_holds_the_fields_of_every_cell(tmp_path):
    pyvista = pytest.importorskip("pyvista", reason="an optional extra: pip install 'hashheat[vtk]'")
    data = flow_dataset(*vortex(3))
    assert write_vtk(data, tmp_path / "flow.vtr") == tmp_path / "flow.vtr"
    grid = pyvista.read(tmp_path / "flow.vtr")
    assert grid.n_cells == 3 * 4 * 5
    for name in "xyz":
        np.testing.assert_array_equal(getattr(grid, name), data[f"{name}_face"])
    # T = 313.15 + 5 z + 2 x at the place where VTK says that the cell is.
    x, _, z = grid.cell_centers().points.T
    np.testing.assert_allclose(grid.cell_data["T"], 313.15 + 5.0 * z + 2.0 * x, rtol=1e-7)
    speed = np.linalg.norm(grid.cell_data["velocity"], axis=1)
    np.testing.assert_allclose(speed, grid.cell_data["speed"], rtol=1e-12)
    assert [p.name for p in tmp_path.iterdir()] == ["flow.vtr"]


def test_a_box_alone_and_any_name_of_file_are_written(tmp_path):
    pyvista = pytest.importorskip("pyvista", reason="an optional extra: pip install 'hashheat[vtk]'")
    box, _ = vortex(3)
    box.solid[1] = True
    write_vtk(box, tmp_path / ".half.part")
    (tmp_path / ".half.part").rename(tmp_path / "box.vtr")
    grid = pyvista.read(tmp_path / "box.vtr")
    assert np.count_nonzero(grid.cell_data["zone"] == SOLID) == 4 * 5


def test_a_dataset_without_a_grid_is_refused(tmp_path):
    pytest.importorskip("pyvista", reason="an optional extra: pip install 'hashheat[vtk]'")
    with pytest.raises(InputError, match="no grid") as caught:
        write_vtk(xr.Dataset(), tmp_path / "flow.vtr")
    assert "x_face, y_face, z_face" in str(caught.value.found)


def test_without_pyvista_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvista", None)
    with pytest.raises(MissingVtkError, match=r"pip install 'hashheat\[vtk\]'") as caught:
        write_vtk(flow_dataset(*vortex(2)), tmp_path / "flow.vtr")
    assert isinstance(caught.value, HashheatError)
    assert list(tmp_path.iterdir()) == []
