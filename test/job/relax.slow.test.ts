import { expect, test } from "vitest";
import { add, norm, rowsVec, sub } from "../../src/common/vec3.ts";
import type { RelaxFile } from "../../src/job/tasks/relax/relax-result.ts";
import { runRelax } from "../../src/job/tasks/relax/run-relax.ts";
import { SILICON } from "../systems.ts";

const [first] = SILICON.structure.atoms;
const DISPLACED = {
  ...SILICON,
  ecut: 3,
  kgrid: [1, 1, 1],
  structure: {
    ...SILICON.structure,
    atoms: [first!, { element: "Si", position: [-0.11, -0.13, -0.12] }],
  },
};

test("displaced silicon relaxes to the diamond structure; interrupted and gone on with, along the same way", async () => {
  const whole = await runRelax(DISPLACED, { force: 2e-5 });
  expect(whole.converged).toBe(true);
  expect(whole.steps.length).toBeLessThan(12);
  const { lattice, positions } = whole.steps.at(-1)!;
  const bond = sub(positions[1]!, positions[0]!).map((x) => x - Math.round(x)) as unknown as [
    number,
    number,
    number,
  ];
  expect(norm(rowsVec(lattice, sub(bond, [-0.25, -0.25, -0.25])))).toBeLessThan(2e-3); // 2e-5 Ha/bohr over 0.07 Ha/bohr²

  const stop = new AbortController();
  const stopped = await runRelax(DISPLACED, {
    force: 2e-5,
    signal: stop.signal,
    onGeometry: ({ steps }) => {
      if (steps.length === 2) stop.abort();
    },
  });
  expect(stopped.converged).toBe(false);
  expect(stopped.steps).toHaveLength(2);
  let computed = 0;
  const restart = JSON.parse(JSON.stringify(stopped)) as RelaxFile;
  const went = await runRelax(DISPLACED, { force: 2e-5, restart, onGeometry: () => void computed++ });
  expect(went.converged).toBe(true);
  expect(computed).toBe(went.steps.length - 2);
  expect(went.steps.at(-1)!.energy).toBeCloseTo(whole.steps.at(-1)!.energy, 7);
  await expect(runRelax({ ...DISPLACED, ecut: 4 }, { restart })).rejects.toThrow(
    /restart: must be of this job/,
  );
});

test("with the cell the stress becomes minus the pressure, and is the derivative of the energy on the way", async () => {
  const file = await runRelax({ ...SILICON, ecut: 4, kgrid: [1, 1, 1] }, { cell: true, pressure: 5 });
  expect(file.converged).toBe(true);
  expect(29421 * file.largestStress!).toBeLessThan(0.02);
  const pressure = 5 / 29421.015756393357;
  const { stress, lattice } = file.steps.at(-1)!;
  for (const i of [0, 1, 2] as const) expect(29421 * (stress![i][i] + pressure)).toBeLessThan(0.02);
  const lengths = lattice.map(norm);
  expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(1e-9); // cubic as it was
  // Two steps with the same plane waves: ΔE = Ω (σ₁ + σ₂)/2 : Δε but for its bend.
  const [a, b] = file.steps as [RelaxFile["steps"][0], RelaxFile["steps"][0]];
  expect(b.planeWavesOf).toEqual(a.planeWavesOf);
  const volume = ({ lattice: [, [x]] }: typeof a) => 2 * x! ** 3; // fcc: a³/4 with a = 2x
  const mean = (a.stress![0][0] + b.stress![0][0]) / 2;
  // the stress bends by some percent over the step, from 0 to 5 GPa
  expect(Math.abs((b.energy - a.energy) / (mean * (volume(b) - volume(a))) - 1)).toBeLessThan(0.02);
  expect(file.pulayStress).toBeGreaterThan(0);
});

test.each([
  [{ pressure: 5 }, /relax\.pressure: must stand with relax\.cell, got 5 GPa/],
  [{ fix: [3] }, /relax\.fix: must be numbers of the 2 atoms, got 3/],
  [{ fix: [1, 2] }, /relax\.fix: must leave an atom free/],
])("%j is refused", async (options, message) => {
  await expect(runRelax(DISPLACED, options)).rejects.toThrow(message);
});

// Seen red: with the net force in the criterion, the search stood still to its last geometry.
test("a net force, which xc on the grid leaves, holds nobody from the end; where an atom is fixed it counts", async () => {
  const molecule = (z: number) => ({
    structure: {
      lattice: [
        [7, 0, 0],
        [0, 7, 0],
        [0, 0, 8],
      ],
      cartesian: true,
      atoms: [
        { element: "H", position: [0.03, 0.01, 0.37] },
        { element: "F", position: [0.03, 0.01, z] },
      ],
    },
    ecut: 12,
    kgrid: [1, 1, 1],
    scf: { tolerance: { density: 1e-8 } },
  });
  const free = await runRelax(molecule(2.1), { force: 2e-6, steps: 20 });
  const [h, f] = free.steps.at(-1)!.forces;
  expect(free.converged).toBe(true);
  expect(norm(add(h!, f!)) / 2).toBeGreaterThan(4e-6); // on each atom, more than is allowed
  expect(free.largestForce).toBeCloseTo(norm(sub(h!, f!)) / 2, 12);
  const held = await runRelax(molecule(2.1), { force: 2e-6, fix: [1], steps: 20 });
  expect(held.largestForce).toBe(norm(held.steps.at(-1)!.forces[1]!));
});
