"""Stillwave as a calculator of ASE, the Atomic Simulation Environment.

    from ase.build import bulk
    from stillwave import Stillwave

    atoms = bulk("Si")
    atoms.calc = Stillwave(ecut=20, kgrid=[4, 4, 4])
    print(atoms.get_potential_energy())

Keyword arguments are the fields of a job file, in its units (hartree, bohr); `kpts` may be said for `kgrid`. What ASE
gets is in its own units: eV and angstrom. `energy` is extrapolated to zero smearing; `free_energy` is what forces and
stress are the derivative of. Atoms with initial magnetic moments make the run spin-polarised; the sum of their initial
charges is the charge of the cell, unless the keyword `charge` says another.

A geometry starts from density and orbitals of the one before it: the same energies within the tolerance of the SCF, in
fewer steps.

The stress is the derivative at a constant set of plane waves, as in other codes. At a constant cutoff the set changes with
the cell, and energies follow the stress only as the cutoff goes up (Pulay's stress): relax cells at a cutoff where the
stress has stopped changing, or fit an equation of state to energies.

The program is the value of STILLWAVE_COMMAND, or `stillwave` on the PATH, or the one this file was shipped with.
A run that does not converge raises an error; there is never a number that means nothing.
"""
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import weakref
from pathlib import Path

import numpy as np
from ase.calculators.calculator import (
    Calculator,
    CalculationFailed,
    InputError,
    SCFError,
    all_changes,
)
from ase.stress import full_3x3_to_voigt_6_stress
from ase.units import Bohr, Hartree

#: Share of T S that takes the free energy to the limit of zero smearing: F is off by that much of T S to leading order.
EXTRAPOLATION = {"fermi-dirac": 0.5, "gaussian": 0.5, "methfessel-paxton-1": 1 / 3}

WRONG_INPUT, NOT_CONVERGED = 2, 3


class Stillwave(Calculator):
    """Total energies, forces and stress of periodic systems by Stillwave."""

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmom", "magmoms"]
    ignored_changes = {"pbc"}  # the cell is periodic in all directions, whatever ASE calls it

    def __init__(self, command=None, threads=None, backend=None, reuse=True, atoms=None, **job):
        """
        command: how to run the program, as one string; default see above.
        threads, backend: as on the command line.
        reuse: whether a geometry starts from density and orbitals of the one before, kept in a temporary folder.
        job: fields of a job file except `structure`, such as ecut, kgrid, functional, temperature, scf.
        """
        self.program = shlex.split(command) if command else default_program()
        self.options = []
        if threads is not None:
            self.options += ["--threads", str(threads)]
        if backend is not None:
            self.options += ["--backend", backend]
        #: The whole result file of the last run.
        self.result = None
        self.reuse = reuse
        #: Folder of the last state, and what of a job it can be gone on from for.
        self.folder = None
        self.kept = None
        if "kpts" in job:
            job["kgrid"] = list(job.pop("kpts"))
        super().__init__(atoms=atoms, **job)

    def set(self, **job):
        if "structure" in job:
            raise InputError("structure: comes from the atoms, leave it out")
        changed = super().set(**job)
        if changed:
            self.reset()
        return changed

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        if self.atoms.cell.rank < 3:
            raise InputError("cell: must have three vectors, give molecules a box with atoms.center(vacuum=...)")
        job = job_of(self.atoms, self.parameters)
        # Whoever has asked for the stress once is relaxing a cell: the next geometry has it with the energy.
        if "stress" in properties or (self.result is not None and "stress" in self.result):
            job["stress"] = True
        self.result = self.run(job)
        self.results = results_of(self.result)

    def run(self, job):
        """The result file of a job, as a dictionary. Raises InputError, SCFError or CalculationFailed."""
        if not self.reuse:
            return self.output_of(job, [])
        if self.folder is None or not Path(self.folder).is_dir():
            self.folder, self.kept = tempfile.mkdtemp(prefix="stillwave-"), None
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        state = str(Path(self.folder) / "state.checkpoint.json")
        kind = kind_of(job)
        restart = ["--restart", state] if self.kept == kind else []
        self.kept = None  # a run that fails leaves nothing to go on from
        result = self.output_of(job, ["--checkpoint", state, *restart])
        self.kept = kind
        return result

    def output_of(self, job, options):
        done = subprocess.run(
            [*self.program, "scf", "-", "--json", *self.options, *options],
            input=json.dumps(job),
            capture_output=True,
            text=True,
        )
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        if done.returncode == WRONG_INPUT:
            raise InputError(said)
        if done.returncode == NOT_CONVERGED:
            raise SCFError(said)
        if done.returncode != 0:
            raise CalculationFailed(f"{' '.join(self.program)} ended with code {done.returncode}: {said}")
        result = json.loads(done.stdout)
        if not result["converged"]:
            raise SCFError(result.get("reason", "not converged"))
        return result


def default_program():
    """STILLWAVE_COMMAND, or stillwave on the PATH, or the one in the package that holds this file."""
    if "STILLWAVE_COMMAND" in os.environ:
        return shlex.split(os.environ["STILLWAVE_COMMAND"])
    if shutil.which("stillwave"):
        return ["stillwave"]
    return ["node", str(Path(__file__).resolve().parent.parent / "dist" / "cli" / "main.js")]


def job_of(atoms, parameters):
    """A job file: the parameters, and the structure of the atoms."""
    moments = atoms.get_initial_magnetic_moments()
    if moments.ndim != 1:
        raise InputError("magmoms: must be one number for each atom, spin is collinear; got vectors")
    job = dict(parameters)
    charge = round(float(atoms.get_initial_charges().sum()), 10)  # without the rounding of shares such as 0.1
    if charge != 0:
        job.setdefault("charge", charge)
    if moments.any():
        job.setdefault("spin", "collinear")
    with_moments = job.get("spin") == "collinear"
    job["structure"] = {
        "lattice": (atoms.cell.array / Bohr).tolist(),
        "cartesian": True,
        "atoms": [
            {"element": symbol, "position": position, **({"magneticMoment": moment} if with_moments else {})}
            for symbol, position, moment in zip(
                atoms.get_chemical_symbols(), (atoms.positions / Bohr).tolist(), moments.tolist()
            )
        ],
    }
    return job


def kind_of(job):
    """What two jobs have in common that differ in geometry alone."""
    common = {key: value for key, value in job.items() if key not in ("structure", "stress")}
    atoms = [(atom["element"], atom.get("magneticMoment")) for atom in job["structure"]["atoms"]]
    return json.dumps([common, atoms], sort_keys=True)


def results_of(result):
    """What ASE wants to know, in its units."""
    free = result["energies"]["total"]
    minus_ts = result["energies"].get("entropy", 0.0)
    share = EXTRAPOLATION.get(result["job"]["smearing"], 0.0)
    found = {
        "energy": (free - share * minus_ts) * Hartree,
        "free_energy": free * Hartree,
        "forces": np.array(result["forces"]) * Hartree / Bohr,
    }
    if "stress" in result:
        found["stress"] = full_3x3_to_voigt_6_stress(np.array(result["stress"])) * Hartree / Bohr**3
    if "magnetisation" in result:
        found["magmom"] = result["magnetisation"]
        found["magmoms"] = np.array(result["atomicMagnetisation"]["moments"])
    return found
