import { expect, test } from "vitest";
import { hasAse, python } from "../ase.ts";

/** Runs our sources, with the calculator of python/stillwave.py on the path. */
const PRELUDE = `
import json, sys
sys.path.insert(0, "python")
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import CalculationFailed, InputError, SCFError
from stillwave import Stillwave
COMMAND = sys.argv[1] + " --import tsx src/cli/main.ts"
def caught(call):
    try:
        return ["value", str(call())]
    except (InputError, SCFError, CalculationFailed) as error:
        return [type(error).__name__, str(error)]
`;

test.skipIf(!hasAse)("what goes wrong is raised in Python, never a number", () => {
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
  );
  expect(said.unconverged![0]).toBe("SCFError");
  expect(said.unconverged![1]).toContain("not converged: the limit of 1 steps was reached");
  expect(said.misspelt).toEqual(["InputError", expect.stringContaining("did you mean ecut?")]);
  expect(said["no cell"]).toEqual(["InputError", expect.stringContaining("cell: must have three vectors")]);
  expect(said.structure![0]).toBe("InputError");
  expect(said["no program"]).toEqual(["CalculationFailed", expect.stringContaining("ended with code 1")]);
});
