import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hasAse, python } from "../ase.ts";

const PRELUDE = `
import json, sys
sys.path.insert(0, "python")
import numpy as np
from ase.build import bulk
from ase.eos import EquationOfState
from ase.units import Hartree
from stillwave import Stillwave
calc = lambda **job: Stillwave(command=sys.argv[1] + " --import tsx src/cli/main.ts", threads=1, **job)
`;

test.skipIf(!hasAse)(
  "silicon's equation of state through ASE has the lattice constant of ABINIT's energies",
  () => {
    const fixture = readFileSync("test/fixtures/ase/silicon.json", "utf8");
    const { constants, energies } = JSON.parse(fixture) as { constants: number[]; energies: number[] };
    const found = python<{ ours: number; theirs: number; energies: number[] }>(
      `${PRELUDE}
fixture = json.loads(sys.argv[2])
energies = []
for a in fixture["constants"]:
    atoms = bulk("Si", a=a)
    atoms.calc = calc(**fixture["settings"])
    energies.append(atoms.get_potential_energy())
volumes = [a ** 3 / 4 for a in fixture["constants"]]
constant = lambda energies: (4 * EquationOfState(volumes, energies).fit()[0]) ** (1 / 3)
print(json.dumps(dict(ours=constant(energies), theirs=constant([e * Hartree for e in fixture["energies"]]),
                      energies=[e / Hartree for e in energies])))`,
      process.execPath,
      fixture,
    );
    console.info(`lattice constant: ${found.ours.toFixed(6)} and ${found.theirs.toFixed(6)} angstrom`);
    expect(found.theirs).toBeGreaterThan(Math.min(...constants));
    expect(found.theirs).toBeLessThan(Math.max(...constants));
    expect(Math.abs(found.ours - found.theirs)).toBeLessThan(0.001);
    // SCF to a density residual of 1e-6 and two constants for the bohr that differ in the ninth digit
    found.energies.forEach((energy, i) => {
      expect(Math.abs(energy - energies[i]!)).toBeLessThan(1e-6);
    });
  },
);

test.skipIf(!hasAse)("forces are the derivative of the free energy, in eV and angstrom", () => {
  const { force, slope, energy, free } = python<Record<"force" | "slope" | "energy" | "free", number>>(
    `${PRELUDE}
atoms = bulk("Al", cubic=True)
atoms.positions[0] += [0.2, 0.1, 0]
atoms.calc = calc(ecut=6, kgrid=[2, 1, 1], temperature=0.02, smearing="fermi-dirac", scf={"tolerance": {"density": 1e-8}})
force, free, energy = atoms.get_forces()[0, 0], atoms.get_potential_energy(force_consistent=True), atoms.get_potential_energy()
h = 0.01
def moved(x):
    other = atoms.copy()
    other.calc = atoms.calc
    other.positions[0, 0] += x
    return other.get_potential_energy(force_consistent=True)
print(json.dumps(dict(force=force, slope=-(moved(h) - moved(-h)) / (2 * h), energy=energy, free=free)))`,
    process.execPath,
  );
  expect(Math.abs(force)).toBeGreaterThan(0.1);
  expect(Math.abs(force / slope - 1)).toBeLessThan(2e-3); // second order in a step of 0.01 angstrom
  expect(energy - free).toBeGreaterThan(0.01); // T S / 2 of a warm metal
});
