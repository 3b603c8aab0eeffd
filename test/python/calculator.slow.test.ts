import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { python, testWithAse } from "../ase.ts";

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

testWithAse("silicon's equation of state through ASE has the lattice constant of ABINIT's energies", () => {
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
});

testWithAse("forces are the derivative of the free energy, in eV and angstrom", () => {
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

/** A strained, displaced silicon crystal; and the calculator counting what its runs cost. */
const SILICON = `
from ase.optimize import BFGS
class Counting(Stillwave):
    costs = ()
    def output_of(self, job, options):
        result = super().output_of(job, options)
        self.costs += ([result["iterations"], sum(row["hamiltonianApplications"] for row in result["history"])],)
        return result
def silicon(strain=((0, 0, 0), (0, 0, 0), (0, 0, 0))):
    atoms = bulk("Si")
    atoms.positions[0] += [0.1, 0.04, -0.03]
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + np.array(strain)), scale_atoms=True)
    return atoms
calc = lambda **job: Counting(command=sys.argv[1] + " --import tsx src/cli/main.ts", threads=1, **job)
`;

testWithAse("the stress is the derivative of the energy with the cell, in ASE's order and sign", () => {
  const { stress, slope } = python<{ stress: number[]; slope: number[] }>(
    `${PRELUDE}${SILICON}
atoms = silicon([[0.01, 0.02, 0], [0.02, -0.01, 0.01], [0, 0.01, 0.03]])
atoms.calc = calc(ecut=5, kgrid=[2, 1, 1], scf={"tolerance": {"density": 1e-8}})
print(json.dumps(dict(stress=atoms.get_stress().tolist(),
                      slope=atoms.calc.calculate_numerical_stress(atoms, d=1e-5).tolist())))`,
    process.execPath,
  );
  expect(Math.min(...stress.map(Math.abs))).toBeGreaterThan(0.02); // eV/angstrom³, none by symmetry
  // No plane wave enters or leaves under 1e-5, so the two are the same; energies are good to 1e-12 eV.
  stress.forEach((component, i) => {
    expect(Math.abs(component - slope[i]!)).toBeLessThan(1e-7);
  });
});

interface Relaxation {
  readonly energy: number;
  readonly stress: readonly number[];
  readonly forces: readonly (readonly number[])[];
  /** Steps and products with H of every run. */
  readonly costs: readonly (readonly [number, number])[];
}

testWithAse("a crystal relaxes, its cell too, and each geometry goes on from the one before", () => {
  const [fresh, carried] = python<[Relaxation, Relaxation]>(
    `${PRELUDE}${SILICON}
from ase.constraints import ExpCellFilter
def relaxed(reuse):
    atoms = silicon(0.02 * np.eye(3))
    atoms.calc = calc(reuse=reuse, ecut=8, kgrid=[2, 2, 2])
    BFGS(ExpCellFilter(atoms), logfile=None).run(fmax=0.02)
    return dict(energy=atoms.get_potential_energy(), stress=atoms.get_stress().tolist(),
                forces=atoms.get_forces().tolist(), costs=atoms.calc.costs)
print(json.dumps([relaxed(False), relaxed(True)]))`,
    process.execPath,
  );
  const sum = ({ costs }: Relaxation, of: 0 | 1) => costs.reduce((total, cost) => total + cost[of], 0);
  console.info(
    `relaxation: ${sum(fresh, 0)} and ${sum(carried, 0)} steps, ${sum(fresh, 1)} and ${sum(carried, 1)} products`,
  );
  for (const { stress, forces } of [fresh, carried]) {
    expect(Math.max(...forces.flat().map(Math.abs))).toBeLessThan(0.02);
    expect(Math.max(...stress.map(Math.abs))).toBeLessThan(0.001); // 0.02 eV over the 40 angstrom³ of the cell
  }
  expect(carried.costs).toHaveLength(fresh.costs.length); // one run per geometry, the stress with it
  expect(Math.abs(carried.energy - fresh.energy)).toBeLessThan(1e-6);
  expect(sum(carried, 0)).toBeLessThan(0.9 * sum(fresh, 0));
  expect(sum(carried, 1)).toBeLessThan(0.9 * sum(fresh, 1));
});

// Seen red: every geometry from the start, 49 steps both ways.
testWithAse(
  "one process over a socket relaxes a crystal as a process for each geometry does, in fewer steps",
  () => {
    const [files, socket] = python<[Relaxation & { cell: number[][] }, Relaxation & { cell: number[][] }]>(
      `${PRELUDE}${SILICON}
import io, re
from ase.constraints import ExpCellFilter
def relaxed(atoms):
    BFGS(ExpCellFilter(atoms), logfile=None).run(fmax=0.02)
    return dict(energy=atoms.get_potential_energy(force_consistent=True), stress=atoms.get_stress().tolist(),
                forces=atoms.get_forces().tolist(), cell=atoms.cell.tolist())
atoms = silicon(0.02 * np.eye(3))
job = dict(ecut=8, kgrid=[2, 2, 2])
atoms.calc = calc(reuse=False, **job)
files = dict(**relaxed(atoms), costs=atoms.calc.costs)
atoms, log = silicon(0.02 * np.eye(3)), io.StringIO()
with calc(txt=log, **job).over_socket() as atoms.calc:
    socket = relaxed(atoms)
steps = [[int(n), 0] for n in re.findall(r"(\\d+) SCF steps", log.getvalue())]
print(json.dumps([files, dict(**socket, costs=steps)]))`,
      process.execPath,
    );
    const steps = ({ costs }: Relaxation) => costs.reduce((sum, [n]) => sum + n, 0);
    console.info(`relaxation: ${steps(files)} steps by files, ${steps(socket)} over a socket`);
    expect(socket.costs).toHaveLength(files.costs.length);
    expect(steps(socket)).toBeLessThan(0.9 * steps(files));
    expect(Math.abs(socket.energy - files.energy)).toBeLessThan(1e-6);
    socket.cell.flat().forEach((x, i) => {
      expect(Math.abs(x - files.cell.flat()[i]!)).toBeLessThan(1e-4);
    });
  },
);
