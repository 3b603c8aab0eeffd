import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COHEN_BERGSTRESSER_SILICON } from "../../src/atoms/cohen-bergstresser.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import type { Pseudopotential } from "../../src/atoms/pseudopotential.ts";
import { labelledPath } from "../../src/bands/k-path.ts";
import { type FixedHamiltonian, solveBands } from "../../src/bands/solve-bands.ts";
import { createGrid, exactProductGridSize } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { dot, type Mat3, norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { newRealField } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { localPotential } from "../../src/terms/local/potential.ts";
import { close, closeArrays } from "../close.ts";
import { denseEigenvalues, denseKinetic, denseLocal, denseNonlocal, denseSum } from "../terms/dense.ts";

const GAMMA: Vec3 = [0, 0, 0];
const X: Vec3 = [0.5, 0, 0.5];
const L: Vec3 = [0.5, 0.5, 0.5];
const fcc = (a: number): Mat3 => [
  [0, a / 2, a / 2],
  [a / 2, 0, a / 2],
  [a / 2, a / 2, 0],
];

/** Silicon in one of its two fixed Hamiltonians. */
function silicon(pseudopotential: Pseudopotential, a: number, ecut: number): FixedHamiltonian {
  const lattice = createLattice(fcc(a));
  const size = exactProductGridSize(lattice.vectors, ecut);
  const model = {
    lattice,
    species: [{ element: "Si", pseudopotential }],
    atoms: [0.125, -0.125].map((x) => ({ species: 0, position: [x, x, x] as Vec3 })),
    electrons: 8,
    smearing: "none",
    temperature: 0,
    nSpin: 1,
  } as const;
  const { species, atoms } = model;
  const potential = localPotential(model, createGrid(lattice, size, referenceKernels()));
  return { setup: { lattice, species, atoms, size, ecut, seed: 0 }, potential, nSpin: 1 };
}
const empirical = (ecut: number) =>
  silicon(COHEN_BERGSTRESSER_SILICON, COHEN_BERGSTRESSER_SILICON.latticeConstant, ecut);
const core = (ecut: number) => silicon(findGth("Si", "gth-lda"), 10.263141334305942, ecut);

/** Residuals of 1e-6 Ha make errors of their square over a gap of 0.01 Ha and more. */
const SOLVED = 1e-9;

test("bands of an empty lattice are those of free electrons", async () => {
  const lattice = createLattice([
    [5, 0, 0],
    [1, 6, 0],
    [0, 2, 7],
  ]);
  const size = exactProductGridSize(lattice.vectors, 6);
  const points = size[0] * size[1] * size[2];
  const setup = { lattice, species: [], atoms: [], size, ecut: 6, seed: 0 };
  const kpoints: Vec3[] = [GAMMA, [0.5, 0, 0], [0.11, -0.23, 0.37]];
  const solved = await solveBands({ setup, potential: newRealField(points), nSpin: 1 }, kpoints, {
    nBands: 9,
  });
  solved.forEach(({ k, energies, converged }) => {
    const range = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
    const free = range
      .flatMap((x) => range.flatMap((y) => range.map((z): Vec3 => [x + k[0], y + k[1], z + k[2]])))
      .map((q) => rowsVec(lattice.reciprocal, q))
      .map((q) => dot(q, q) / 2)
      .sort((p, q) => p - q);
    expect(free[8]!).toBeGreaterThan(0.5);
    expect(converged).toBe(true);
    closeArrays(energies, free.slice(0, 9), SOLVED, `free electrons at [${k}]`);
  });
});

test("a constant potential moves every level by itself, and spins follow their own", async () => {
  const { setup, potential } = empirical(4);
  const both = newRealField(2 * potential.length);
  both.set(potential as unknown as Float64Array);
  for (let r = 0; r < potential.length; r++) both[potential.length + r] = potential[r]! + 0.25;
  const solved = await solveBands({ setup, potential: both, nSpin: 2 }, [GAMMA, X], { nBands: 5 });
  expect(solved.map(({ k, spin }) => [k, spin])).toEqual([
    [GAMMA, 0],
    [X, 0],
    [GAMMA, 1],
    [X, 1],
  ]);
  for (const i of [0, 1]) {
    const raised = solved[i]!.energies.map((e) => e + 0.25);
    closeArrays(solved[i + 2]!.energies, raised, SOLVED, "spin down");
  }
});

describe.each([
  ["Cohen-Bergstresser", empirical(3.1)],
  ["core", core(3.1)],
] as const)("%s silicon", (_name, hamiltonian) => {
  const { setup, potential } = hamiltonian;

  test("has the levels of the dense matrix at Γ, X, L and elsewhere", async () => {
    const kpoints: Vec3[] = [GAMMA, X, L, [0.1, 0.25, -0.4]];
    const solved = await solveBands(hamiltonian, kpoints, { nBands: 8 });
    for (const { k, energies } of solved) {
      const kpoint = createKPoint(setup.lattice, setup.size, setup.ecut, k, 1);
      const local = denseLocal(setup.size, potential as unknown as Float64Array, kpoint);
      const dense = denseEigenvalues(denseSum(denseKinetic(kpoint), local, denseNonlocal(setup, kpoint)));
      closeArrays(energies, dense.slice(0, 8), SOLVED, `levels at [${k}]`);
    }
  });

  test("has the degeneracies of its space group: 1, 3, 3 at Γ and pairs at X", async () => {
    const [gamma, x] = await solveBands(hamiltonian, [GAMMA, X], { nBands: 8 });
    const multiplicities = (energies: Float64Array) => {
      const counts: number[] = [];
      energies.forEach((e, i) => {
        if (i > 0 && e - energies[i - 1]! < 1e-7) counts[counts.length - 1]!++;
        else counts.push(1);
      });
      return counts;
    };
    const atGamma = multiplicities(gamma!.energies);
    expect(atGamma.slice(0, 2)).toEqual([1, 3]);
    expect(atGamma.slice(2).sort()).toEqual([1, 3]);
    expect(multiplicities(x!.energies)).toEqual([2, 2, 2, 2]);
  });

  test("has the same levels at k, at k + G and at −k", async () => {
    const k: Vec3 = [0.13, 0.27, -0.31];
    const kpoints: Vec3[] = [k, [1.13, -1.73, 0.69], [-3 + 0.13, 4.27, 6 - 0.31], [-0.13, -0.27, 0.31]];
    const [first, ...others] = await solveBands(hamiltonian, kpoints, { nBands: 8 });
    expect(first!.energies[7]! - first!.energies[0]!).toBeGreaterThan(0.5);
    for (const { k: image, energies } of others)
      closeArrays(energies, first!.energies, SOLVED, `levels at [${image}]`);
  });

  test("changes its levels along a path no faster than electrons move", async () => {
    const { kpoints } = labelledPath(setup.lattice, "LGX", 41);
    const solved = await solveBands(hamiltonian, kpoints, { nBands: 8 });
    // dε/dk = ⟨ψ|p|ψ⟩ + the nonlocal part, and ⟨p⟩² ≤ 2⟨T⟩ ≤ 2 E_cut; plane waves that enter the sphere change 1e-3 here.
    const speed = Math.sqrt(2 * setup.ecut);
    let fastest = 0;
    solved.slice(1).forEach(({ k, energies }, i) => {
      const step = norm(rowsVec(setup.lattice.reciprocal, sub(k, solved[i]!.k)));
      energies.forEach((e, band) => {
        const change = Math.abs(e - solved[i]!.energies[band]!);
        fastest = Math.max(fastest, change / step);
        expect(change).toBeLessThan(speed * step + 2e-3);
      });
    });
    expect(fastest).toBeGreaterThan(0.3); // bands that move at all
  });
});

test("the number of threads changes no digit of a level", async () => {
  const hamiltonian = empirical(4.1);
  const { kpoints } = labelledPath(hamiltonian.setup.lattice, "GX", 5);
  const one = await solveBands(hamiltonian, kpoints, { nBands: 4 });
  let seen = 0;
  const two = await solveBands(hamiltonian, kpoints, {
    nBands: 4,
    threads: 2,
    onProgress: (done, total) => {
      seen++;
      expect([done, total]).toEqual([seen, 5]);
    },
  });
  expect(seen).toBe(5);
  expect(two.map(({ energies }) => [...energies])).toEqual(one.map(({ energies }) => [...energies]));
});

test("k-points that do not fit into memory together are solved one after the other", async () => {
  const hamiltonian = empirical(4.1);
  const kpoints = [GAMMA, X, L];
  const together = await solveBands(hamiltonian, kpoints, { nBands: 6 });
  const done: number[] = [];
  const apart = await solveBands(hamiltonian, kpoints, {
    nBands: 6,
    memory: 1,
    onProgress: (n) => done.push(n),
  });
  expect(done).toEqual([1, 2, 3]);
  apart.forEach(({ k, energies }, i) => {
    expect(k).toEqual(kpoints[i]);
    closeArrays(energies, together[i]!.energies, SOLVED); // another start, the same levels
  });
});

test("more bands than plane waves are refused with the k-point that has the fewest", async () => {
  const hamiltonian = empirical(1);
  await expect(solveBands(hamiltonian, [GAMMA, L], { nBands: 20 })).rejects.toThrow(
    /^bands: must be at most the \d+ plane waves at k = \[.*\], got 20; lower bands or raise ecut/,
  );
  const fewest = createKPoint(hamiltonian.setup.lattice, hamiltonian.setup.size, 1, L, 1).planeWaves;
  const [all] = await solveBands(hamiltonian, [L], { nBands: fewest });
  expect([...all!.energies].every(Number.isFinite)).toBe(true);
});

test("levels of silicon agree with an independent program to 1e-9 Ha", async () => {
  const levels = JSON.parse(
    readFileSync(new URL("../fixtures/errors/silicon-levels.json", import.meta.url), "utf8"),
  ) as { cohenBergstresser10: Record<string, number[]>; core20: number[] };
  const solve = async (hamiltonian: FixedHamiltonian, k: Vec3) =>
    (await solveBands(hamiltonian, [k], { nBands: 8 }))[0]!.energies;
  for (const [label, k] of [
    ["G", GAMMA],
    ["X", X],
    ["L", L],
  ] as const) {
    closeArrays(
      await solve(empirical(10), k),
      levels.cohenBergstresser10[label]!,
      1e-9,
      `Cohen-Bergstresser at ${label}`,
    );
  }
  close(levels.core20[0]!, 0.068, 1e-3, "lowest level");
  closeArrays(await solve(core(20), GAMMA), levels.core20, 1e-9, "core at Γ");
});
