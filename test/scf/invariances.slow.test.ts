import { describe, expect, test } from "vitest";
import { createBasis } from "../../src/basis/plane-wave-basis.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { orbitalsFor } from "../../src/parallel/orbitals-for.ts";
import { scf } from "../../src/scf/scf.ts";
import { close, closeArrays } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, SILICON, to } from "../systems.ts";

/** Energies err by the square of this. */
const DENSITY = 1e-8;
const run = (job: object) => runScf(to(DENSITY, job));
const energyOf = async (job: object) => (await run(job)).energies.total;

const FCC: Mat3 = [[0, 3.82, 3.82], [3.82, 0, 3.82], [3.82, 3.82, 0]]; // biome-ignore format: a matrix
const HCP = {
  structure: {
    lattice: [[6.05, 0, 0], [-3.025, 3.025 * Math.sqrt(3), 0], [0, 0, 9.83]], // biome-ignore format: a matrix
    atoms: [
      { element: "Mg", position: [1 / 3, 2 / 3, 0.25] },
      { element: "Mg", position: [2 / 3, 1 / 3, 0.75] },
    ],
  },
  pseudopotentials: "gth-lda-q2",
  functional: "lda-pw92",
  ecut: 4,
  kgrid: [3, 3, 2],
  temperature: 0.02,
};
const TRICLINIC = {
  ...SILICON,
  structure: {
    lattice: [[0.1, 5.0, 5.3], [5.2, -0.15, 5.05], [5.05, 5.25, 0.2]], // biome-ignore format: a matrix
    atoms: [
      { element: "Si", position: [0.13, 0.12, 0.127] },
      { element: "Si", position: [-0.13, -0.12, -0.127] },
    ],
  },
};

/** The points of the grid alone, with the operations that it keeps. */
const AS_GIVEN = { kgridSymmetry: "none" };

/** Every k-point in place of the irreducible ones, and the same projection of densities and potentials. */
async function overTheWholeZone(job: object) {
  const { problem, options, choice } = await prepareScf(to(DENSITY, job));
  if (!("kgrid" in choice)) throw new Error("a grid is meant");
  const { model, ecut, grid } = problem.basis;
  const { kpoints } = createBasis(
    model,
    { ecut, ...choice, fftSize: grid.size },
    await createKernels("wasm"),
  );
  const basis = { ...problem.basis, kpoints };
  const steps = scf({ ...problem, basis, createOrbitals: orbitalsFor(basis) }, options);
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    const { energies, occupation } = next.value.last;
    return { kpoints, energies, fermiLevel: occupation.fermiLevel };
  }
}

/** All atoms moved together, in fractions of the cell. */
const moved = <T extends { readonly atoms: readonly { readonly position: readonly number[] }[] }>(
  structure: T,
  by: Vec3,
) => ({
  ...structure,
  atoms: structure.atoms.map((atom) => ({ ...atom, position: atom.position.map((x, i) => x + by[i]!) })),
});

describe("symmetry changes the work, not the energy", () => {
  const cases: [string, object][] = [
    ["silicon", { ...SILICON, kgrid: [3, 3, 3] }],
    ["silicon on an even FFT grid", { ...SILICON, fftSize: [16, 16, 16] }],
    ["silicon, shifted k-grid", { ...SILICON, kgrid: [2, 2, 2], kshift: [0.5, 0.5, 0.5], ...AS_GIVEN }],
    ["silicon, k-grid of lower symmetry", { ...SILICON, kgrid: [3, 2, 1], kshift: [0, 0.5, 0], ...AS_GIVEN }],
    ["silicon with gradients", { ...SILICON, functional: "pbe", pseudopotentials: "gth-pbe" }],
    ["aluminium", { ...ALUMINIUM, kgrid: [3, 3, 3] }],
    ["magnesium, hexagonal", HCP],
    ["magnesium, shifted k-grid", { ...HCP, kshift: [0, 0, 0.5] }],
    ["magnesium between points, off centre", { ...HCP, structure: moved(HCP.structure, [0.01, 0.02, 0.03]) }],
    ["a triclinic cell", { ...TRICLINIC, kgrid: [2, 2, 3] }],
  ];
  for (const [name, job] of cases)
    test(`of ${name}`, async () => {
      const reduced = await run(job);
      const whole = await overTheWholeZone(job);
      expect(reduced.kpoints.length).toBeLessThanOrEqual(whole.kpoints.length);
      close(reduced.energies.total, whole.energies.total, 1e-11);
      close(reduced.fermiLevel!, whole.fermiLevel, 1e-8);
      const without = await run({ ...job, symmetry: false });
      const { mapsPoints } = (await prepareScf(job)).problem.basis;
      // Translations between grid points are symmetries of the crystal, but of the grid only as far as it resolves the potential.
      close(reduced.energies.total, without.energies.total, mapsPoints ? 1e-11 : 1e-9);
      for (const part of ["kinetic", "hartree", "xc", "nonlocal", "local"] as const) {
        expect(Math.abs(whole.energies[part]!)).toBeGreaterThan(1e-3);
        // of first order in the density
        close(reduced.energies[part]!, whole.energies[part]!, 10 * DENSITY, part);
      }
      closeArrays(reduced.forces!.flat(), without.forces!.flat(), mapsPoints ? 10 * DENSITY : 1e-5, "forces");
    });

  /** f′(0) from f(±h) and f(±2h). */
  const derivative = async (f: (x: number) => Promise<number>, h: number) =>
    (8 * ((await f(h)) - (await f(-h))) - ((await f(2 * h)) - (await f(-2 * h)))) / (12 * h);

  test("with forces along the axis that is left, and they are the derivative of the energy", async () => {
    const along = (x: number) => ({
      ...SILICON,
      structure: {
        ...SILICON.structure,
        atoms: [
          { element: "Si", position: [0.13 + x, 0.13 + x, 0.13 + x] },
          { element: "Si", position: [-0.125 - x, -0.125 - x, -0.125 - x] },
        ],
      },
    });
    const [reduced, whole] = [await run(along(0)), await run({ ...along(0), symmetry: false })];
    expect(reduced.kpoints.length).toBeLessThan(whole.kpoints.length);
    expect((await prepareScf(along(0))).problem.basis.mapsPoints).toBe(false);
    const force = reduced.forces![0]!;
    expect(Math.abs(force[0])).toBeGreaterThan(1e-3);
    closeArrays(force, new Array(3).fill(force[0]), 1e-15, "along [111]");
    closeArrays(reduced.forces!.flat(), whole.forces!.flat(), 1e-6);
    // Each atom moves 2·5.13 bohr along each axis for x = 1, about a centre that stays where it is on the grid.
    const slope = await derivative((x) => energyOf(along(x)), 0.0005);
    close(2 * force[0] * 3 * 2 * 5.13, -slope, 2e-7, "force");
  });

  test("and pressure is its derivative, with gradients", async () => {
    const job = {
      ...SILICON,
      functional: "pbe",
      pseudopotentials: "gth-pbe",
      fftSize: [15, 15, 15],
      stress: true,
    };
    const swollen = (x: number) => ({
      ...job,
      // the same plane waves
      ecut: SILICON.ecut / (1 + x) ** 2,
      structure: {
        ...SILICON.structure,
        lattice: SILICON.structure.lattice.map((a) => a.map((y) => y * (1 + x))),
      },
    });
    expect((await prepareScf(job)).problem.basis.mapsPoints).toBe(false);
    const { stress } = await run(job);
    const volume = 2 * 5.13 ** 3;
    const trace = stress![0]![0] + stress![1]![1] + stress![2]![2];
    expect(Math.abs(trace)).toBeGreaterThan(1e-4);
    close(trace * volume, await derivative((x) => energyOf(swollen(x)), 0.002), 1e-6, "pressure");
  });
});

describe("the same crystal told differently has the same energy:", () => {
  test("a cell twice as long with half the k-points has twice the energy", async () => {
    const single = { ...ALUMINIUM, kgrid: [4, 2, 2], fftSize: [12, 12, 12] };
    const double = {
      ...ALUMINIUM,
      structure: {
        lattice: [FCC[0].map((x) => 2 * x), FCC[1], FCC[2]],
        atoms: [0, 0.5].map((x) => ({ element: "Al", position: [x, 0, 0] })),
      },
      kgrid: [2, 2, 2],
      fftSize: [24, 12, 12],
    };
    const [one, two] = [await run({ ...single, symmetry: false }), await run(double)];
    close(two.energies.total, 2 * one.energies.total, 2e-11);
    close(two.fermiLevel!, one.fermiLevel!, 1e-8);
    close(two.energies.entropy!, 2 * one.energies.entropy!, 1e-8);
    expect(Math.abs(one.energies.entropy!)).toBeGreaterThan(1e-4);
    closeArrays(two.forces!.flat(), new Array(6).fill(0), 10 * DENSITY);
  });

  test("all atoms moved by points of the FFT grid", async () => {
    const moved = (shift: Vec3) => ({
      ...DISPLACED_SILICON,
      symmetry: false,
      structure: {
        ...DISPLACED_SILICON.structure,
        atoms: DISPLACED_SILICON.structure.atoms.map(({ element, position }) => ({
          element,
          position: position.map((x, i) => x + shift[i]! / 15),
        })),
      },
    });
    const here = await run(moved([0, 0, 0]));
    const there = await run(moved([1, -7, 31]));
    expect(here.fftSize).toEqual([15, 15, 15]);
    close(there.energies.total, here.energies.total, 1e-11);
    closeArrays(there.forces!.flat(), here.forces!.flat(), 10 * DENSITY);
    // Between the points the grid is felt, a little.
    const between = Math.abs((await energyOf(moved([0.5, 0.5, 0.5]))) - here.energies.total);
    expect(between).toBeGreaterThan(1e-10);
    expect(between).toBeLessThan(1e-3);
  });

  test("turned in space, forces turn along", async () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turn: Mat3 = [[c, -s * s, s * c], [s, c * s, -c * c], [0, c, s]]; // biome-ignore format: a matrix
    const { structure } = DISPLACED_SILICON;
    const turned = {
      ...DISPLACED_SILICON,
      structure: { ...structure, lattice: structure.lattice.map((a) => matVec(turn, [a[0]!, a[1]!, a[2]!])) },
    };
    const [here, there] = [await run(DISPLACED_SILICON), await run(turned)];
    close(there.energies.total, here.energies.total, 1e-11);
    expect(Math.abs(here.forces![0]![0])).toBeGreaterThan(1e-3);
    closeArrays(
      there.forces!.flat(),
      here.forces!.flatMap((f) => matVec(turn, f)),
      10 * DENSITY,
    );
  });

  test("axes renamed, which makes the cell left-handed, and atoms in another order", async () => {
    const { lattice, atoms } = TRICLINIC.structure;
    const swap = <T>([x, y, z]: readonly T[]): T[] => [y!, x!, z!];
    const renamed = {
      ...TRICLINIC,
      kgrid: [3, 2, 1],
      structure: {
        lattice: swap(lattice),
        atoms: [...atoms].reverse().map(({ element, position }) => ({ element, position: swap(position) })),
      },
    };
    const original = { ...TRICLINIC, kgrid: [2, 3, 1] };
    const [here, there] = [await run(original), await run(renamed)];
    close(there.energies.total, here.energies.total, 1e-11);
    expect(Math.abs(here.forces![0]![0])).toBeGreaterThan(1e-4);
    closeArrays([...there.forces!].reverse().flat(), here.forces!.flat(), 10 * DENSITY);
  });

  test("k-grids shifted by whole steps, and positions by whole cells", async () => {
    const { structure } = SILICON;
    const far = {
      ...structure,
      atoms: structure.atoms.map(({ element, position }) => ({
        element,
        position: position.map((x, i) => x + i - 1),
      })),
    };
    close(await energyOf({ ...SILICON, kshift: [1, -2, 0], structure: far }), await energyOf(SILICON), 1e-11);
  });

  test("lengths in ångström, positions Cartesian", async () => {
    const bohr = 1 / BOHR_PER_ANGSTROM;
    const { lattice, atoms } = DISPLACED_SILICON.structure;
    const other = {
      ...DISPLACED_SILICON,
      structure: {
        units: "angstrom",
        cartesian: true,
        lattice: lattice.map((row) => row.map((x) => x * bohr)),
        atoms: atoms.map(({ element, position }) => ({
          element,
          position: [0, 1, 2].map((c) => bohr * position.reduce((sum, x, i) => sum + x * lattice[i]![c]!, 0)),
        })),
      },
    };
    close(await energyOf(other), await energyOf(DISPLACED_SILICON), 1e-11);
  });
});

test("an atom in a box knows of k-points the less the larger the box, and no force acts on it", async () => {
  const beryllium = (n: number, edge: number) => ({
    structure: {
      lattice: [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? edge : 0))),
      atoms: [{ element: "Be", position: [0, 0, 0] }],
    },
    pseudopotentials: "gth-lda-q2",
    functional: "lda-pw92",
    ecut: 3,
    kgrid: [n, n, n],
  });
  const gap = async (edge: number) =>
    Math.abs((await energyOf(beryllium(2, edge))) - (await energyOf(beryllium(1, edge))));
  const [small, large] = [await gap(10), await gap(14)];
  expect(small).toBeGreaterThan(1e-2);
  // The 2s orbital falls like e^{−0.6 r}, twice over 4 bohr: a factor of a hundred, the cutoff's own error aside.
  expect(large).toBeLessThan(small / 5);
  const { energies, forces, kpoints } = await run({ ...beryllium(1, 14), symmetry: false });
  expect(energies.total).toBeGreaterThan(-1.02); // at full cutoff
  expect(energies.total).toBeLessThan(-0.9);
  closeArrays(forces!.flat(), [0, 0, 0], 10 * DENSITY);
  expect(kpoints).toHaveLength(1);
  expect(kpoints[0]!.occupations.slice(0, 2)).toEqual([2, 0]);
});
