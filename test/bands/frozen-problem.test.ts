import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import {
  type FrozenProblem,
  frozenProblem,
  parseProblem,
  problemText,
  requireSameSystem,
} from "../../src/bands/frozen-problem.ts";
import { type Coefficient, fromTrigonometric, toTrigonometric } from "../../src/bands/trigonometric.ts";
import { createGrid, exactProductGridSize } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { newRealField, type RealField } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { closeArrays, notTiny } from "../close.ts";

const lattice = createLattice([
  [5, 0, 0],
  [1, 6, 0],
  [0, 2, 7],
]);
const ECUT = 2;
const size = exactProductGridSize(lattice.vectors, ECUT);
const gridOf = (n: GridSize) => createGrid(lattice, n, referenceKernels());
const grid = gridOf(size);

/** A field with all frequencies of the grid. */
function noise(): RealField {
  const stream = random(7);
  const out = newRealField(grid.points);
  for (let r = 0; r < out.length; r++) out[r] = stream.normal();
  return out;
}

/** Random coefficients of all pairs within reach. */
function polynomial(): Coefficient[] {
  const stream = random(11);
  return toTrigonometric(grid, noise(), ECUT).map(([x, y, z]): Coefficient => {
    const isMean = x === 0 && y === 0 && z === 0;
    return [x, y, z, stream.normal(), isMean ? 0 : stream.normal()];
  });
}

const model: Model = {
  lattice,
  species: [{ element: "Si", pseudopotential: findGth("Si", "gth-lda") }],
  atoms: [{ species: 0, position: [0.1, 0.2, 0.3] }],
  electrons: 4,
  smearing: "none",
  temperature: 0,
  nSpin: 1,
};

test("coefficients hold one of each pair ±G within the reach of products, and the mean", () => {
  const coefficients = toTrigonometric(grid, noise(), ECUT);
  const radius = 2 * Math.sqrt(2 * ECUT);
  const expected = new Set<string>();
  for (let x = -12; x <= 12; x++)
    for (let y = -12; y <= 12; y++)
      for (let z = -12; z <= 12; z++)
        if (Math.hypot(...rowsVec(lattice.reciprocal, [x, y, z])) <= radius) expected.add([x, y, z].join());
  expect(expected.size).toBeGreaterThan(200);
  expect(2 * coefficients.length - 1).toBe(expected.size);
  for (const [x, y, z] of coefficients) {
    expect(expected.delete([x, y, z].join())).toBe(true);
    if (x !== 0 || y !== 0 || z !== 0) expect(expected.delete([-x + 0, -y + 0, -z + 0].join())).toBe(true);
  }
  expect(expected.size).toBe(0);
  expect(coefficients.find(([x, y, z]) => x === 0 && y === 0 && z === 0)![4]).toBe(0); // the mean is real
});

test("the polynomial has the sum of its terms as values on any grid", () => {
  const coefficients = polynomial();
  const finer: GridSize = [size[0] * 3, size[1], size[2] * 2];
  for (const n of [size, finer]) {
    const field = fromTrigonometric(gridOf(n), coefficients, ECUT);
    const places: Vec3[] = [
      [0, 0, 0],
      [3, 1, 2],
      [n[0] - 1, 4, n[2] - 2],
    ];
    const direct = places.map(([i, j, k]) =>
      coefficients.reduce((sum, [x, y, z, re, im]) => {
        const angle = 2 * Math.PI * ((x * i) / n[0] + (y * j) / n[1] + (z * k) / n[2]);
        const pair = x === 0 && y === 0 && z === 0 ? 1 : 2;
        return sum + pair * (re * Math.cos(angle) - im * Math.sin(angle));
      }, 0),
    );
    notTiny(direct, 0.1);
    const found = places.map(([i, j, k]) => field[i + n[0] * (j + n[1] * k)]!);
    closeArrays(found, direct, 1e-11, `values on ${n.join("x")}`); // rounding of some hundred terms of size 1
  }
});

test("taking coefficients of the polynomial gives them back", () => {
  const coefficients = polynomial();
  const again = toTrigonometric(grid, fromTrigonometric(grid, coefficients, ECUT), ECUT);
  notTiny(coefficients.flat());
  closeArrays(again.flat(), coefficients.flat(), 1e-13);
});

test("a lower cutoff leaves out exactly what its matrix elements cannot meet", () => {
  const coefficients = polynomial();
  const low = ECUT / 3;
  const small = gridOf(exactProductGridSize(lattice.vectors, low));
  const kept = toTrigonometric(small, fromTrigonometric(small, coefficients, low), low);
  expect(kept.length).toBeGreaterThan(20);
  expect(kept.length).toBeLessThan(coefficients.length / 3);
  const original = new Map(coefficients.map((c) => [c.slice(0, 3).join(), c]));
  for (const c of kept) closeArrays(c, original.get(c.slice(0, 3).join())!, 1e-13);
});

const problem = (): FrozenProblem =>
  frozenProblem(model, grid, noise(), ECUT, { fermiLevel: 0.1 + 0.2 }, "test");

test("a problem file gives back every number to the last digit", () => {
  const written = problem();
  expect(written.potential.coefficients.length).toBeGreaterThan(100);
  const { potential, ...rest } = parseProblem(problemText(written), "p.json");
  const { potential: original, ...others } = written;
  expect(rest).toEqual(JSON.parse(JSON.stringify(others)));
  // Zeros may lose their sign, which no sum notices.
  const bits = (rows: readonly Coefficient[]) => rows.flat().map((x) => x + 0);
  expect(bits(potential.coefficients)).toEqual(bits(original.coefficients));
});

test("something else than a problem file is refused with what is missing", () => {
  const { potential, ...rest } = problem();
  const broken = (change: object) => () =>
    parseProblem(JSON.stringify({ ...rest, potential, ...change }), "p.json");
  expect(broken({})).not.toThrow();
  expect(() => parseProblem("{", "p.json")).toThrow(/^p\.json: must be JSON, got /);
  expect(() => parseProblem("[]", "p.json")).toThrow(
    /^p\.json: must be a problem file, .* without stillwaveProblem 1; bands with runBands\.saveProblem writes one/,
  );
  expect(broken({ stillwaveProblem: 2 })).toThrow(/without stillwaveProblem 1/);
  expect(broken({ lattice: [[1, 0, 0]] })).toThrow(
    /^p\.json: lattice: must be three rows of three numbers below 1e6 in size, got \[\[1,0,0\]\]; /,
  );
  expect(broken({ species: [] })).toThrow(/species: must be at least one, got \[\]/);
  expect(broken({ atoms: [{}] })).toThrow(
    /atoms\[0\]\.species: must be a whole number from 0 to 1000000, but it is missing/,
  );
  expect(broken({ fermiLevel: null })).toThrow(/fermiLevel: must be a number below 1e6 in size, got null/);
  expect(broken({ potential: {} })).toThrow(/potential\.coefficients: must be a list, but it is missing/);
  const coefficients = (rows: readonly (readonly number[])[]) =>
    broken({ potential: { coefficients: rows } });
  expect(coefficients([[0, 0, 1, 1]])).toThrow(/potential\.coefficients\[0\]: must be three whole/);
  expect(coefficients([[0, 0, 0.5, 1, 0]])).toThrow(
    /three whole numbers and two numbers, all below 1e6 in size, got \[0,0,0\.5,1,0\]/,
  );
  for (const g of [[0, 0, -1], [-1, 2, 0].map((x) => -x), [-1, 0, 0]])
    expect(coefficients([[...g, 1, 0]]), `${g}`).toThrow(/one half of the G/);
  expect(coefficients([[0, 0, 0, 1, 1e-9]])).toThrow(/one half of the G/); // a mean is real
  const row = [-1, 2, 0, 1, 0];
  expect(coefficients([row])).not.toThrow();
  expect(coefficients([row, [1, 0, 0, 1, 1], row])).toThrow(/a coefficient twice/);
});

// Seen red: unknown fields let through, the names not counted, the species of atoms not looked at.
test("fields that mean nothing or contradict each other are refused by their names", () => {
  const written = problem();
  const broken = (change: object) => () => parseProblem(JSON.stringify({ ...written, ...change }), "p.json");
  expect(broken({ cutoff: 3 })).toThrow(
    /^p\.json: cutoff: must not stand there, where the fields are .*ecut/,
  );
  const [first] = written.species;
  const of = (change: object) => ({
    species: [{ ...first, pseudopotential: { ...first!.pseudopotential, ...change } }],
  });
  expect(broken(of({ rlog: 1 }))).toThrow(/species\[0\]\.pseudopotential\.rlog: must not stand there/);
  expect(broken(of({ element: "Ge" }))).toThrow(
    /must have a pseudopotential of Si in species\[0\], got one of Ge/,
  );
  expect(broken(of({ kind: "other" }))).toThrow(/pseudopotential\.kind: must be one of gth, cohen/);
  expect(broken({ atoms: [{ species: 1, position: [0, 0, 0] }] })).toThrow(
    /atoms of its 1 species, got species 1/,
  );
  const twice = problemText(written).replace('"electrons": 4', '"electrons": 8, "electrons": 4');
  expect(() => parseProblem(twice, "p.json")).toThrow(
    /^p\.json: must name every field once, got one twice; /,
  );
  const escaped = JSON.stringify({ ...written, title: 'a "b": \\ c": {' });
  expect(parseProblem(escaped, "p.json").title).toBe('a "b": \\ c": {');
});

test("a problem of another crystal is refused with the first difference", () => {
  const other = (change: Partial<Model>) => () =>
    requireSameSystem(problem(), { ...model, ...change }, "p.json");
  expect(other({})).not.toThrow();
  expect(
    other({
      lattice: createLattice([
        [5, 0, 0],
        [1, 6, 0],
        [0, 2, 7.001],
      ]),
    }),
  ).toThrow(
    /^hamiltonian\.frozen: must belong to the job's lattice, got p\.json with .*; give the job that wrote it/,
  );
  expect(other({ atoms: [...model.atoms, ...model.atoms] })).toThrow(/job's atoms, got p\.json with 1 for 2/);
  expect(other({ atoms: [{ species: 0, position: [0.1, 0.2, 0.31] }] })).toThrow(/position of atom 1/);
  expect(other({ species: [{ element: "Si", pseudopotential: findGth("Si", "gth-pbe") }] })).toThrow(
    /pseudopotential of atom 1, got p\.json with "GTH-PADE-q4" for "GTH-PBE-q4"/,
  );
});

test("a potential on a grid that products overflow is not stored", () => {
  const coarse: GridSize = [size[0], size[1] - 1, size[2]];
  const small = gridOf(coarse);
  expect(() => frozenProblem(model, small, newRealField(small.points), ECUT, { fermiLevel: 0 })).toThrow(
    /^fftSize: needs an FFT grid of at least .*; leave fftSize null/,
  );
});
