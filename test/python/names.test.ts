import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { python, testWithAse } from "../ase.ts";
import { BUILT } from "../built.ts";
import { close } from "../close.ts";

const PRELUDE = `
import json, sys
sys.path.insert(0, "python")
import numpy as np
from ase.build import bulk, mx2
from ase.calculators.calculator import CalculatorError, get_calculator_class
import stillwave
from stillwave import Stillwave, job_of, plain
COMMAND = " ".join(sys.argv[1:3])
def caught(call):
    try:
        return ["value", str(call())]
    except (CalculatorError, NotImplementedError) as error:
        return [type(error).__name__, str(error)]
`;
const COMMAND = [process.execPath, BUILT.main];

testWithAse("xc, kpts and arrays of NumPy become the fields of a job", () => {
  const jobs = python<Record<string, unknown>[]>(
    `${PRELUDE}
atoms = bulk("Si")
def job(**parameters):
    job = job_of(atoms, parameters)
    del job["structure"]
    return job
layer = mx2()
layer.pbc = (True, True, False)
print(json.dumps([
    job(xc="PBE", kpts=(4, 4, 2)),
    job(xc="lda", pseudopotentials="gth-lda-q4", kpts=dict(size=(2, 2, 2), gamma=True)),
    job(xc=["lda_x", "lda_c_pz"], kpts=dict(size=np.array([2, 3, 1]), gamma=False)),
    job(kpts=dict(density=2.0, even=True)),
    job(kpts=np.array([[0, 0, 0], [0.5, 0, 0]])),
    job(ecut=np.float64(8), bands=np.int64(6), symmetry=np.bool_(False)),
    stillwave.kpoints_of(dict(size=(3, 3, 1), gamma=False), layer),
], default=plain))`,
  );
  expect(jobs).toEqual([
    { functional: "pbe", pseudopotentials: "gth-pbe", kgrid: [4, 4, 2] },
    { functional: "lda-pw92", pseudopotentials: "gth-lda-q4", kgrid: [2, 2, 2], kshift: [0, 0, 0] },
    { functional: ["lda_x", "lda_c_pz"], kgrid: [2, 3, 1], kshift: [0.5, 0.5, 0.5] },
    // 2 points per Å⁻¹ of a reciprocal vector of 2.0 Å⁻¹ and more, to the next even number
    { kgrid: [6, 6, 6], kshift: [0, 0, 0] },
    { kpoints: [{ k: [0, 0, 0], weight: 1 }, { k: [0.5, 0, 0], weight: 1 }] }, // biome-ignore format: one line
    { ecut: 8, bands: 6, symmetry: false },
    { kgrid: [3, 3, 1], kshift: [0.5, 0.5, 0] },
  ]);
});

testWithAse("levels, Fermi level, gap and bands are those of the result, in eV; the steps go to txt", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-python-"));
  const found = python<{
    points: number;
    weights: number;
    filled: number;
    fermi: number;
    highest: number;
    bands: number[];
    levels: number[];
    reference: number;
    labels: string;
    gap: number;
    log: string;
    runs: string[];
  }>(
    `${PRELUDE}
from ase.dft.bandgap import bandgap
class Watched(Stillwave):
    runs = ()
    def json_of(self, command, job, options):
        self.runs += (command + (" restart" if "--restart" in options else ""),)
        return super().json_of(command, job, options)
atoms = bulk("Si")
calc = atoms.calc = Watched(command=COMMAND, threads=1, ecut=4, kpts=dict(size=(2, 2, 2), gamma=True), txt=sys.argv[3] + "/log.txt")
atoms.get_potential_energy()
weights = calc.get_k_point_weights()
filled = sum(w * calc.get_occupation_numbers(k).sum() for k, w in enumerate(weights))
bands = calc.band_structure("GX", npoints=3)
gap, _, _ = bandgap(calc, output=None)
print(json.dumps(dict(points=len(calc.get_ibz_k_points()), weights=weights.sum(), filled=filled, fermi=calc.get_fermi_level(),
    highest=max(calc.get_eigenvalues(k)[3] for k in range(len(weights))), gap=gap,
    bands=bands.energies[0, 0, :4].tolist(), levels=calc.get_eigenvalues(0)[:4].tolist(), reference=bands.reference,
    labels=bands.path.path, log=open(sys.argv[3] + "/log.txt").read(), runs=calc.runs), default=plain))`,
    ...COMMAND,
    folder,
  );
  rmSync(folder, { recursive: true });
  expect(found.points).toBe(3); // of 8, by the symmetry of silicon
  close(found.weights, 1, 1e-12);
  close(found.filled, 8, 1e-9);
  close(found.fermi, found.highest + found.gap / 2, 1e-9, "middle of the gap [eV]");
  expect(found.gap).toBeGreaterThan(0.1);
  expect(found.labels).toBe("GX");
  close(found.reference, found.fermi, 1e-12);
  // The first point of the path and of the reduced set is Γ; 1e-6 of the density between the two.
  found.bands.forEach((energy, i) => void close(energy, found.levels[i]!, 1e-4, `band ${i} [eV]`)); // biome-ignore format: one line
  expect(found.runs).toEqual(["scf", "bands restart"]);
  expect(found.log).toMatch(/free energy/);
});

testWithAse("what is wrong is told by ASE's own errors; the calculator is known to ASE by its name", () => {
  const said = python<Record<string, [string, string]>>(
    `${PRELUDE}
def energy(command=COMMAND, **job):
    atoms = bulk("Si")
    atoms.calc = Stillwave(command=command, threads=1, **job)
    return atoms.get_potential_energy()
print(json.dumps({
  "absent": caught(lambda: energy("/nowhere/stillwave", ecut=3)),
  "unread": caught(lambda: energy("echo", ecut=3)),
  "path": caught(lambda: energy(ecut=3, kpts=dict(path="GX", npoints=10))),
  "twice": caught(lambda: energy(ecut=3, xc="PBE", functional="pbe")),
  "object": caught(lambda: energy(ecut=3, title=object())),
  "early": caught(lambda: Stillwave(ecut=3).get_fermi_level()),
  "known": ["value", get_calculator_class("stillwave").__name__],
}))`,
    ...COMMAND,
  );
  expect(said.absent).toEqual(["CalculatorSetupError", expect.stringContaining("/nowhere/stillwave cannot be started")]); // biome-ignore format: one line
  expect(said.unread).toEqual(["ReadError", expect.stringContaining("printed no result")]);
  expect(said.path).toEqual(["InputError", expect.stringContaining("paths are for band_structure()")]);
  expect(said.twice).toEqual(["InputError", "xc: says the same as functional, give one of them"]);
  expect(said.object).toEqual(["InputError", expect.stringContaining("job: must hold what JSON can")]);
  expect(said.early).toEqual(["PropertyNotImplementedError", expect.stringContaining("no calculation yet")]);
  expect(said.known).toEqual(["value", "Stillwave"]);
});

// Seen red: without the check of the file it was Node that could not be started, or did not find it.
testWithAse("installed away from the program, it says in a line that it has none", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-python-"));
  copyFileSync("python/stillwave.py", join(folder, "stillwave.py"));
  const said = python<[string, string][]>(
    `
import json, os, sys
os.environ.pop("STILLWAVE_COMMAND", None)
os.environ["PATH"] = sys.argv[1]
sys.path.insert(0, sys.argv[1])
from ase.build import bulk
from ase.calculators.calculator import CalculatorError
from stillwave import Stillwave
def energy(**how):
    try:
        atoms = bulk("Si")
        atoms.calc = Stillwave(ecut=3, **how)
        return ["value", atoms.get_potential_energy()]
    except CalculatorError as error:
        return [type(error).__name__, str(error)]
print(json.dumps([energy(), energy(command="stillwave")]))`,
    folder,
  );
  rmSync(folder, { recursive: true });
  expect(said).toEqual([
    [
      "CalculatorSetupError",
      "stillwave: must be on the PATH, it is not; install the npm package stillwave, or give command or STILLWAVE_COMMAND",
    ],
    ["CalculatorSetupError", expect.stringMatching(/^stillwave cannot be started: [^\n]*$/)],
  ]);
});
