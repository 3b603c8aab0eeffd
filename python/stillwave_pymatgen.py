"""Files of Stillwave as objects of pymatgen: structures, band structures, densities of states.

    from stillwave_pymatgen import bands_of, dos_of, read, structure_of

    bands = bands_of(read("si.bands.json"))      # stillwave bands si.json --out si.bands.json
    print(bands.get_band_gap())

Energies are in eV and lengths in angstrom, as pymatgen has them. `Structure.from_file` reads what `stillwave convert` writes.
"""
import json

import numpy as np
from pymatgen.core import Lattice, Structure
from pymatgen.electronic_structure.bandstructure import BandStructureSymmLine
from pymatgen.electronic_structure.core import Spin
from pymatgen.electronic_structure.dos import Dos

BOHR, HARTREE = 0.529177210544, 27.211386245981
SPINS = (Spin.up, Spin.down)
#: The Fermi level of an insulator is its highest level: this much above it no rounding makes it an empty one [Ha].
ABOVE = 1e-7


def read(path):
    """A file that a command wrote, as a dictionary."""
    with open(path) as file:
        return json.load(file)


def structure_of(file):
    """The atoms of a job, or of any file that holds its job."""
    given = file.get("job", file)["structure"]
    if "file" in given:
        raise ValueError(f"structure: lies in a file of its own, read that: {given['file']}")
    unit = 1.0 if given.get("units") == "angstrom" else BOHR
    return Structure(
        Lattice(np.array(given["lattice"]) * unit),
        [atom["element"] for atom in given["atoms"]],
        np.array([atom["position"] for atom in given["atoms"]]) * (unit if given.get("cartesian") else 1.0),
        coords_are_cartesian=given.get("cartesian", False),
    )


def bands_of(file):
    """The bands along a path, from the energy that pictures measure from."""
    structure = structure_of(file)
    spins = [[at for at in file["kpoints"] if at.get("spin", 0) == spin] for spin in (0, 1)]
    spins = [points for points in spins if points]
    count = min(len(at["bands"]) for at in file["kpoints"])
    labelled = {at["index"]: at["label"] for at in file["path"]}
    # pymatgen ends a piece of the path where two neighbours have names: corners stand twice, as in VASP's files.
    order = []
    for i in range(len(spins[0])):
        is_corner = i in labelled and 0 < i < len(spins[0]) - 1 and not {i - 1, i + 1} & set(labelled)
        order += [i, i] if is_corner else [i]
    levels = {
        spin: np.array([[points[i]["bands"][band]["energy"] for i in order] for band in range(count)]) * HARTREE
        for spin, points in zip(SPINS, spins)
    }
    return BandStructureSymmLine(
        [spins[0][i]["k"] for i in order],
        levels,
        structure.lattice.reciprocal_lattice,
        (file["zero"] + ABOVE) * HARTREE,
        {label: spins[0][i]["k"] for i, label in labelled.items()},
        structure=structure,
    )


def dos_of(file):
    """The density of states, per eV and cell: both spins together where they share orbitals."""
    densities = {spin: np.array(of["density"]) / HARTREE for spin, of in zip(SPINS, file["spins"])}
    return Dos((file["fermiLevel"] + ABOVE) * HARTREE, np.array(file["energies"]) * HARTREE, densities)
