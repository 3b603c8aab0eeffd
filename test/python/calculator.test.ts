import { expect } from "vitest";
import { python, testWithAse } from "../ase.ts";
import { BUILT } from "../built.ts";

/** Runs our sources, with the calculator of python/stillwave.py on the path. */
const PRELUDE = `
import json, sys
sys.path.insert(0, "python")
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import CalculationFailed, InputError, SCFError
from stillwave import Stillwave
COMMAND = " ".join(sys.argv[1:])
def caught(call):
    try:
        return ["value", str(call())]
    except (InputError, SCFError, CalculationFailed) as error:
        return [type(error).__name__, str(error)]
`;

testWithAse("what goes wrong is raised in Python, never a number", () => {
  const said = python<Record<string, [string, string]>>(
    `${PRELUDE}
def energy(atoms, command=COMMAND, **job):
    atoms.calc = Stillwave(command=command, threads=1, **job)
    return atoms.get_potential_energy()
cheap = dict(ecut=3, symmetry=False)
print(json.dumps({
  "unconverged": caught(lambda: energy(bulk("Si"), **cheap, scf={"maxIterations": 1})),
  "misspelt": caught(lambda: energy(bulk("Si"), ecutt=3)),
  "no cell": caught(lambda: energy(Atoms("H2", positions=[[0, 0, 0], [0, 0, 0.7]]), **cheap)),
  "structure": caught(lambda: energy(bulk("Si"), **cheap, structure={})),
  "no program": caught(lambda: energy(bulk("Si"), command="false", **cheap)),
}))`,
    process.execPath,
    BUILT.main,
  );
  expect(said.unconverged![0]).toBe("SCFError");
  expect(said.unconverged![1]).toContain("not converged: the limit of 1 steps was reached");
  expect(said.misspelt).toEqual(["InputError", expect.stringContaining("did you mean ecut?")]);
  expect(said["no cell"]).toEqual(["InputError", expect.stringContaining("cell: must have three vectors")]);
  expect(said.structure![0]).toBe("InputError");
  expect(said["no program"]).toEqual(["CalculationFailed", expect.stringContaining("ended with code 1")]);
});

testWithAse(
  "stress is computed from when it is asked for; what another job or a failure left is not gone on from",
  () => {
    const { runs, left } = python<{ runs: { stress: boolean; restarted: boolean }[]; left: string[] }>(
      `${PRELUDE}
import gc
from pathlib import Path
class Dry(Stillwave):
    runs = ()
    def output_of(self, job, options):
        self.runs += (dict(stress=job.get("stress", False), restarted="--restart" in options),)
        if job.get("spin") == "collinear" and len(self.runs) == 7:
            raise SCFError("not converged")
        n = len(job["structure"]["atoms"])
        stress = {"stress": [[0.0] * 3] * 3} if job.get("stress") else {}
        return dict(energies=dict(total=0.0), job=dict(smearing="none"), forces=[[0.0] * 3] * n, **stress)
atoms = bulk("Si")
calc = atoms.calc = Dry(ecut=3)
def moved(x=0.01):
    atoms.rattle(x)
    return atoms
atoms.get_forces()
atoms.get_potential_energy()          # no run
moved().get_forces()                  # restarted
atoms.get_stress()                    # restarted, with stress
moved().get_potential_energy()        # and so from now on
atoms.calc.set(ecut=4)
atoms.get_forces()                    # another job
atoms.set_initial_magnetic_moments([1, -1])
moved().get_forces()                  # another kind
caught(lambda: moved().get_forces())  # fails
moved().get_forces()                  # from the start
folder = calc.folder
runs = calc.runs
del calc; atoms.calc = None; gc.collect()
print(json.dumps(dict(runs=runs, left=[folder] if Path(folder).exists() else [])))`,
      process.execPath,
      BUILT.main,
    );
    expect(runs.map(({ restarted }) => restarted)).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(runs.map(({ stress }) => stress)).toEqual([false, false, true, true, true, true, true, true]);
    expect(left).toEqual([]); // the folder goes with the calculator
  },
);

testWithAse(
  "the charge is that of the keyword, or the sum of the initial charges; moments are numbers, in and out",
  () => {
    const said = python<{
      jobs: { charge?: number; spin?: string; structure: { atoms: { magneticMoment?: number }[] } }[];
      moments: number[];
      vectors: [string, string];
    }>(
      `${PRELUDE}
class Dry(Stillwave):
    jobs = ()
    def output_of(self, job, options):
        self.jobs += (job,)
        n = len(job["structure"]["atoms"])
        magnetic = dict(magnetisation=0.5, atomicMagnetisation=dict(moments=[0.75, -0.25])) if "spin" in job else {}
        return dict(energies=dict(total=0.0), job=dict(smearing="none"), forces=[[0.0] * 3] * n, **magnetic)
atoms = bulk("NaCl", "rocksalt", a=5.6)
calc = atoms.calc = Dry(ecut=3)
atoms.get_potential_energy()
atoms.set_initial_charges([0.7, 0.3])  # a change of the atoms: computed anew
atoms.get_potential_energy()
calc.set(charge=-1)                    # goes before
atoms.get_potential_energy()
atoms.set_initial_magnetic_moments([1, 0])
moments = atoms.get_magnetic_moments().tolist()
atoms.set_initial_magnetic_moments(None)
atoms.set_initial_magnetic_moments([[0, 0, 1], [1, 0, 0]])
print(json.dumps(dict(jobs=calc.jobs, moments=moments, vectors=caught(atoms.get_potential_energy))))`,
      process.execPath,
      BUILT.main,
    );
    expect(said.jobs.map(({ charge, spin }) => [charge, spin])).toEqual([
      [undefined, undefined],
      [1, undefined],
      [-1, undefined],
      [-1, "collinear"],
    ]);
    expect(said.jobs[3]!.structure.atoms.map(({ magneticMoment }) => magneticMoment)).toEqual([1, 0]);
    expect(said.moments).toEqual([0.75, -0.25]);
    expect(said.vectors).toEqual([
      "InputError",
      expect.stringContaining("magmoms: must be one number for each atom"),
    ]);
  },
);

testWithAse("over a socket, too, what goes wrong is raised in Python with the line of the command", () => {
  const said = python<Record<string, [string, string]>>(
    `${PRELUDE}
def second(**job):
    atoms = bulk("Si")
    with Stillwave(command=COMMAND, threads=1, symmetry=False, **job).over_socket() as atoms.calc:
        first = atoms.get_potential_energy()
        atoms.positions[0] = atoms.positions[1]
        return [first, atoms.get_potential_energy()]
print(json.dumps({
  "unconverged": caught(lambda: second(ecut=3, scf={"maxIterations": 1})),
  "together": caught(lambda: second(ecut=3)),
}))`,
    process.execPath,
    BUILT.main,
  );
  expect(said.unconverged![0]).toBe("SCFError");
  expect(said.unconverged![1]).toContain("not converged: the limit of 1 steps was reached");
  expect(said.together).toEqual([
    "InputError",
    expect.stringContaining("structure.atoms[1].position: Si of"),
  ]);
});
