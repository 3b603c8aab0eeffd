"""Stillwave as a calculator of ASE, the Atomic Simulation Environment.

    from ase.build import bulk
    from stillwave import Stillwave

    atoms = bulk("Si")
    atoms.calc = Stillwave(ecut=20, kgrid=[4, 4, 4])
    print(atoms.get_potential_energy())

Keyword arguments are the fields of a job file, in its units (hartree, bohr), or as ASE's calculators call them: `xc`
(LDA, PBE, or names of libxc) and `kpts`, divisions, a list of k-points, or a dictionary with `size` or `density` and
`gamma`, `even`. Arrays and numbers of NumPy will do. What ASE gets is in its own units: eV and angstrom. `energy` is extrapolated to zero smearing; `free_energy` is what forces and
stress are the derivative of. Atoms with initial magnetic moments make the run spin-polarised; the sum of their initial
charges is the charge of the cell, unless the keyword `charge` says another.

A geometry starts from density and orbitals of the one before it: the same energies within the tolerance of the SCF, in
fewer steps. One process for all geometries is quicker still:

    with Stillwave(ecut=20, kgrid=[4, 4, 4]).over_socket() as atoms.calc:
        BFGS(atoms).run(fmax=0.01)

The stress is the derivative at a constant set of plane waves, as in other codes. At a constant cutoff the set changes with
the cell, and energies follow the stress only as the cutoff goes up (Pulay's stress): relax cells at a cutoff where the
stress has stopped changing, or fit an equation of state to energies.

The program is the value of STILLWAVE_COMMAND, or `stillwave` on the PATH, or the one this file was shipped with.
A run that does not converge raises an error; there is never a number that means nothing.

Importing this file registers the calculator with ASE under the name `stillwave` (get_calculator_class).
"""
import itertools
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path

import numpy as np
from ase.calculators.calculator import (
    Calculator,
    CalculationFailed,
    CalculatorSetupError,
    InputError,
    PropertyNotImplementedError,
    ReadError,
    SCFError,
    all_changes,
    kpts2sizeandoffsets,
    register_calculator_class,
)
from ase.calculators.socketio import SocketIOCalculator
from ase.spectrum.band_structure import BandStructure
from ase.stress import full_3x3_to_voigt_6_stress
from ase.units import Bohr, Hartree

#: Share of T S that takes the free energy to the limit of zero smearing: F is off by that much of T S to leading order.
EXTRAPOLATION = {"fermi-dirac": 0.5, "gaussian": 0.5, "methfessel-paxton-1": 1 / 3}

#: What ASE's calculators call functionals, and the pseudopotentials made for them.
FUNCTIONALS = {"LDA": ("lda-pw92", "gth-lda"), "PBE": ("pbe", "gth-pbe")}

WRONG_INPUT, NOT_CONVERGED = 2, 3


class Stillwave(Calculator):
    """Total energies, forces and stress of periodic systems by Stillwave."""

    implemented_properties = ["energy", "free_energy", "forces", "stress", "magmom", "magmoms"]
    ignored_changes = {"pbc"}  # the cell is periodic in all directions, whatever ASE calls it

    def __init__(self, command=None, threads=None, backend=None, reuse=True, txt=None, atoms=None, **job):
        """
        command: how to run the program, as one string; default see above.
        threads, backend: as on the command line.
        reuse: whether a geometry starts from density and orbitals of the one before, kept in a temporary folder.
        txt: where the table of steps is written: a file's name, an open file, "-" for standard output, or None.
        job: fields of a job file except `structure`, such as ecut, kgrid, functional, temperature, scf; or xc, kpts.
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
        self.txt = txt
        if isinstance(txt, (str, Path)) and txt != "-":
            open(txt, "w").close()  # each run adds to it
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
        result = self.json_of("scf", job, options)
        if not result["converged"]:
            raise SCFError(result.get("reason", "not converged"))
        return result

    def json_of(self, command, job, options):
        """What a command prints for a job. Raises what its exit code says."""
        process = self.started(
            [command, "-", "--json", *self.options, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        stdout, stderr = process.communicate(json.dumps(job))
        self.log(stderr)
        if process.returncode != 0:
            raise self.failure(process.returncode, stderr)
        try:
            return json.loads(stdout)
        except ValueError:
            raise ReadError(f"{' '.join(self.program)} printed no result: {stdout[:80]!r}")

    def started(self, words, **streams):
        """A process of the program, whose input is still to be written."""
        try:
            return subprocess.Popen([*self.program, *words], stdin=subprocess.PIPE, text=True, **streams)
        except OSError as error:
            raise CalculatorSetupError(f"{self.program[0]} cannot be started: {error.strerror}; give command or STILLWAVE_COMMAND")

    def failure(self, code, stderr):
        """The error for an exit code, with the last line that was said."""
        said = (stderr.strip().splitlines() or ["nothing"])[-1]
        if code == WRONG_INPUT:
            return InputError(said)
        if code == NOT_CONVERGED:
            return SCFError(said)
        return CalculationFailed(f"{' '.join(self.program)} ended with code {code}: {said}")

    def over_socket(self, unixsocket=None, port=None, timeout=None, log=None):
        """
        ASE's SocketIOCalculator, whose one process holds the ground state from geometry to geometry.

        Energies are free energies, those that forces are the derivative of; positions and cell can change, nothing
        else. It is closed by `with` or `close()`.

        unixsocket, port: of the socket; a Unix socket with a name of its own if neither is given.
        timeout [s], log: as ASE's class has them.
        """
        if unixsocket is None and port is None:
            unixsocket = f"stillwave-{os.getpid()}-{next(SOCKETS)}"
        return StillwaveOverSocket(self, port=port, unixsocket=unixsocket, timeout=timeout, log=log)

    def log(self, text):
        if self.txt is None or text == "":
            return
        if self.txt == "-":
            sys.stdout.write(text)
        elif isinstance(self.txt, (str, Path)):
            with open(self.txt, "a") as file:
                file.write(text)
        else:
            self.txt.write(text)

    def found(self):
        """The result of the last run, which levels are taken from."""
        if self.result is None:
            raise PropertyNotImplementedError("no calculation yet: ask for the energy first")
        return self.result

    def levels_of(self, spin):
        return [at for at in self.found()["kpoints"] if at.get("spin", 0) == spin]

    def level(self, kpt, spin):
        levels = self.levels_of(spin)
        if not 0 <= kpt < len(levels):
            raise InputError(f"kpt, spin: must be one of {len(levels)} k-points of spin {spin}, got {kpt}")
        return levels[kpt]

    def get_eigenvalues(self, kpt=0, spin=0):
        """Levels at a k-point of the reduced set [eV]."""
        return np.array(self.level(kpt, spin)["eigenvalues"]) * Hartree

    def get_occupation_numbers(self, kpt=0, spin=0):
        """Electrons in each band at a k-point, without its weight."""
        return np.array(self.level(kpt, spin)["occupations"])

    def get_fermi_level(self):
        """[eV]; without smearing the middle of the gap, or the highest filled level where no empty one is known."""
        level = self.found()["fermiLevel"] * Hartree
        empty = [e for at in self.found()["kpoints"] for e, f in zip(at["eigenvalues"], at["occupations"]) if f == 0]
        if self.found()["job"]["smearing"] != "none" or not empty:
            return level
        return (level + min(empty) * Hartree) / 2

    def get_ibz_k_points(self):
        """Fractional, shape (n, 3)."""
        return np.array([at["k"] for at in self.levels_of(0)])

    def get_k_point_weights(self):
        """They add up to 1."""
        return np.array([at["weight"] for at in self.levels_of(0)])

    def get_number_of_spins(self):
        return 2 if any("spin" in at for at in self.found()["kpoints"]) else 1

    def get_number_of_bands(self):
        return len(self.found()["kpoints"][0]["eigenvalues"])

    def get_spin_polarized(self):
        return self.get_number_of_spins() == 2

    def band_structure(self, path=None, npoints=None, bands=None, atoms=None):
        """
        ASE's BandStructure along a path of its own: labels such as "GXL", a BandPath, or None for the usual one of the
        lattice. The ground state of the atoms is found first where it is not there; energies are measured from its Fermi
        level by reference.
        """
        atoms = atoms if atoms is not None else self.atoms
        if atoms is None:
            raise InputError("atoms: there are none yet, ask for their energy first or hand them in")
        if self.result is None or self.calculation_required(atoms, ["energy"]):
            self.calculate(atoms)
        if path is None or isinstance(path, str):
            path = atoms.cell.bandpath(path, npoints=60 if npoints is None else npoints)
        options = ["--k", ";".join(",".join(repr(float(x)) for x in k) for k in path.kpts)]
        if bands is not None:
            options += ["--bands", str(bands)]
        if self.kept is not None:
            options += ["--restart", str(Path(self.folder) / "state.checkpoint.json")]
        file = self.json_of("bands", job_of(atoms, self.parameters), options)
        spins = [[at for at in file["kpoints"] if at.get("spin", 0) == spin] for spin in range(self.get_number_of_spins())]
        count = min(len(at["bands"]) for at in file["kpoints"])
        energies = [[[band["energy"] for band in at["bands"][:count]] for at in points] for points in spins]
        return BandStructure(path=path, energies=np.array(energies) * Hartree, reference=self.get_fermi_level())


register_calculator_class("stillwave", Stillwave)

#: Numbers of the sockets of this process.
SOCKETS = itertools.count(1)


class StillwaveOverSocket(SocketIOCalculator):
    """What `over_socket` makes: a server of ASE's that starts `stillwave serve`, and raises what that could not do."""

    def __init__(self, calc, **options):
        self.of = calc
        self.process = None
        self.said = tempfile.TemporaryFile("w+")
        super().__init__(launch_client=self.launch, **options)

    def launch(self, atoms, properties=None, port=None, unixsocket=None):
        """Starts the process with a job of the atoms."""
        if atoms.cell.rank < 3:
            raise InputError("cell: must have three vectors, give molecules a box with atoms.center(vacuum=...)")
        where = ["--socket", f"localhost:{port}"] if unixsocket is None else ["--unix", unixsocket]
        self.process = self.of.started(["serve", "-", *where, *self.of.options], stdout=subprocess.DEVNULL, stderr=self.said)
        self.process.stdin.write(json.dumps(job_of(atoms, self.of.parameters)))
        self.process.stdin.close()
        return self.process

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        try:
            super().calculate(atoms, properties, system_changes)
        except OSError as error:
            if self.process is None or isinstance(error, socket.timeout):
                raise
            code = self.process.wait()
            if self.server is not None:
                self.server.proc = None  # has ended: nothing to wait for, or to warn of
            raise self.of.failure(code, self.close()) from error

    def close(self):
        """Ends the process; what it has said goes to `txt`, and is returned."""
        super().close()
        if self.said.closed:
            return ""
        with self.said:
            self.said.seek(0)
            said = self.said.read()
        self.of.log(said)
        return said


def plain(value):
    """Numbers and arrays of NumPy as JSON has them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"got {type(value).__name__}")


def kpoints_of(kpts, atoms):
    """Fields of a job for what ASE calls kpts."""
    if isinstance(kpts, dict):
        unknown = set(kpts) - {"size", "density", "gamma", "even"}
        if unknown:
            raise InputError(f"kpts: must have size or density, gamma, even; got {', '.join(sorted(unknown))}; paths are for band_structure()")
        size, _ = kpts2sizeandoffsets(**{"atoms": atoms, **kpts})
        off = kpts.get("gamma") is False
        return {"kgrid": [int(n) for n in size], "kshift": [0.5 if off and p else 0 for p in atoms.pbc]}
    kpts = np.asarray(kpts)
    if kpts.shape == (3,):
        return {"kgrid": kpts.tolist()}
    if kpts.ndim == 2 and kpts.shape[1] == 3:
        return {"kpoints": [{"k": k, "weight": 1} for k in kpts.tolist()]}
    raise InputError(f"kpts: must be three divisions, a list of k-points or a dictionary, got shape {kpts.shape}")


def with_names_of_ase(parameters, atoms):
    """Parameters with xc and kpts by their names in a job."""
    job = dict(parameters)
    for theirs, ours in (("xc", ["functional"]), ("kpts", ["kgrid", "kshift", "kpoints"])):
        both = [name for name in ours if theirs in job and name in job]
        if both:
            raise InputError(f"{theirs}: says the same as {both[0]}, give one of them")
    if "xc" in job:
        xc = job.pop("xc")
        functional, family = FUNCTIONALS.get(xc.upper(), (xc, None)) if isinstance(xc, str) else (xc, None)
        job["functional"] = functional
        if family is not None:
            job.setdefault("pseudopotentials", family)
    if "kpts" in job:
        job.update(kpoints_of(job.pop("kpts"), atoms))
    return job


def default_program():
    """STILLWAVE_COMMAND, or stillwave on the PATH, or the one in the package that holds this file."""
    if os.environ.get("STILLWAVE_COMMAND"):
        return shlex.split(os.environ["STILLWAVE_COMMAND"])
    if shutil.which("stillwave"):
        return ["stillwave"]
    shipped = Path(__file__).resolve().parent.parent / "dist" / "cli" / "main.js"
    if not shipped.is_file():
        raise CalculatorSetupError(
            "stillwave: must be on the PATH, it is not; install the npm package stillwave, or give command or STILLWAVE_COMMAND"
        )
    return ["node", str(shipped)]


def job_of(atoms, parameters):
    """A job file: the parameters, and the structure of the atoms."""
    moments = atoms.get_initial_magnetic_moments()
    if moments.ndim != 1:
        raise InputError("magmoms: must be one number for each atom, spin is collinear; got vectors")
    job = with_names_of_ase(parameters, atoms)
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
    try:
        return json.loads(json.dumps(job, default=plain))
    except (TypeError, ValueError) as error:
        raise InputError(f"job: must hold what JSON can, {error}")


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
