"""Inputs that several tests of the plate heat exchanger share."""

import pytest

from hashheat.components.exchanger_plate import PlateFile


@pytest.fixture(scope="session")
def plate_file():
    """Function that makes the file of a plate of 0.4 m2 with exact numbers [SI], some of them replaced."""

    def make(
        *,
        area=0.4,
        width=0.4,
        gap=2.5e-3,
        enlargement=1.18,
        length=0.85,
        port=0.15,
        thickness=0.5e-3,
        conductivity=15.0,
        angles=(60.0,),
        law="martin",
        **constants,
    ):
        return PlateFile.model_validate(
            {
                "name": "test plate",
                "maker": "none",
                "kind": "gasketed",
                "plate": {
                    "area": f"{area} m^2",
                    "width": f"{width} m",
                    "flow_length": f"{length} m",
                    "flow_length_basis": "port centres",
                    "port_distance": f"{length} m",
                    "port_diameter": f"{port} m",
                    "gap": f"{gap} m",
                    "enlargement": enlargement,
                    "thickness": f"{thickness} m",
                    "material": "stainless steel 316",
                    "conductivity": f"{conductivity} W/(m K)",
                    "chevron_angles": list(angles),
                },
                "limits": {
                    "min_plates": 3,
                    "max_plates": 200,
                    "max_pressure": "17 bar",
                    "T_min": "-10 degC",
                    "T_max": "110 degC",
                    "max_port_velocity": "5 m/s",
                    "seal": "none",
                },
                "correlation": {
                    "name": law,
                    "Nu_factor": 1,
                    "f_factor": 1,
                    "port_loss": 1.4,
                    "constants": constants,
                },
            }
        )

    return make
