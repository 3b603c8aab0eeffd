import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { crystalShape } from "../../src/build/crystals.ts";
import { MOLECULE_NAMES, molecule } from "../../src/build/molecule.ts";
import { slab } from "../../src/build/slab.ts";
import { InputError } from "../../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { cross, det, dot, norm, sub, type Vec3 } from "../../src/common/vec3.ts";
import { cartesianPositions } from "../../src/model/structure.ts";
import { distancesFrom } from "./neighbours.ts";

const index = fc.integer({ min: -4, max: 4 });
const face = fc.tuple(index, index, index).filter(([h, k, l]) => h !== 0 || k !== 0 || l !== 0);

test.each(["Al", "Fe"])("deep in a slab of %s with any face, an atom sees the bulk crystal", (name) => {
  const radius = 1.3 * crystalShape(name).a;
  const wanted = distancesFrom(bulk(name), 0, radius);
  expect(wanted.length).toBeGreaterThan(12);
  fc.assert(
    fc.property(face, (hkl) => {
      const thin = slab(name, { face: hkl, layers: 2, vacuum: 1 });
      const spacing = thin.lattice[2][2] - 1;
      const layers = 2 * Math.ceil(radius / spacing) + 1;
      const thick = slab(name, { face: hkl, layers, vacuum: radius + 1 });
      const found = distancesFrom(thick, (layers - 1) / 2, radius);
      expect(found.length).toBe(wanted.length);
      found.forEach((d, i) => {
        expect(d).toBeCloseTo(wanted[i]!, 9);
      });
    }),
    { numRuns: 40, seed: 1 },
  );
});

test.each(["Si", "GaAs", "NaCl"])(
  "deep in a slab of %s with any face, an atom sees the bulk crystal",
  (name) => {
    const radius = 1.1 * crystalShape(name).a;
    const wanted = distancesFrom(bulk(name), 0, radius);
    expect(wanted.length).toBeGreaterThan(12);
    fc.assert(
      fc.property(face, (hkl) => {
        const perLayer = (slab(name, { face: hkl, layers: 40, vacuum: 1 }).lattice[2][2] - 1) / 39;
        const layers = 2 * Math.ceil(radius / perLayer) + 8;
        const thick = slab(name, { face: hkl, layers, vacuum: radius + 1 });
        const heights = thick.atoms.map(({ position }) => position[2]);
        expect(new Set(heights.map((z) => z.toFixed(8))).size).toBe(layers);
        expect(Math.min(...heights) + Math.max(...heights)).toBeCloseTo(1, 10);
        expect(thick.lattice[2][2] * (Math.max(...heights) - Math.min(...heights))).toBeCloseTo(
          thick.lattice[2][2] - radius - 1,
          8,
        );
        const middle = heights.map((z) => Math.abs(z - 0.5));
        const found = distancesFrom(thick, middle.indexOf(Math.min(...middle)), radius);
        expect(found.length).toBe(wanted.length);
        found.forEach((d, i) => {
          expect(d).toBeCloseTo(wanted[i]!, 8);
        });
      }),
      { numRuns: 25, seed: 1 },
    );
  },
);

test("silicon (111) breaks one bond of each surface atom, (100) two", () => {
  const bonds = (hkl: Vec3, layers: number) =>
    [0, layers - 1].map(
      (atom) => distancesFrom(slab("Si", { face: hkl, layers, vacuum: 20 }), atom, 5).length,
    );
  expect(bonds([1, 1, 1], 6)).toEqual([3, 3]);
  expect(bonds([-1, -1, -1], 6)).toEqual([3, 3]);
  expect(bonds([1, 0, 0], 5)).toEqual([2, 2]);
});

test("the surface cell holds one atom per layer and no more area than that needs", () => {
  fc.assert(
    fc.property(face, (hkl) => {
      const { lattice, atoms } = slab("Al", { face: hkl, layers: 3, vacuum: 2 });
      const spacing = (lattice[2][2] - 2) / 2;
      const area = norm(cross(lattice[0], lattice[1]));
      expect(area * spacing).toBeCloseTo(Math.abs(det(bulk("Al").lattice)), 8);
      expect(atoms.length).toBe(3);
      // Reduced: neither vector gets shorter by the other.
      expect(Math.abs(dot(lattice[0], lattice[1]))).toBeLessThan(0.5001 * dot(lattice[0], lattice[0]));
      expect(det(lattice)).toBeGreaterThan(0);
    }),
    { numRuns: 60, seed: 2 },
  );
});

test.each([
  ["Al", [1, 0, 0], Math.SQRT1_2, Math.SQRT1_2, 90, 0.5],
  ["Al", [1, 1, 0], Math.SQRT1_2, 1, 90, Math.SQRT1_2 / 2],
  ["Al", [1, 1, 1], Math.SQRT1_2, Math.SQRT1_2, 60, 1 / Math.sqrt(3)],
  ["Fe", [1, 0, 0], 1, 1, 90, 0.5],
  ["Fe", [1, 1, 0], Math.sqrt(3) / 2, Math.sqrt(3) / 2, 109.47122063449069, Math.SQRT1_2],
  ["Fe", [1, 1, 1], Math.SQRT2, Math.SQRT2, 60, 1 / (2 * Math.sqrt(3))],
] as const)("%s %o has the cell of the textbooks", (name, hkl, u, v, angle, spacing) => {
  const { a } = crystalShape(name);
  const { lattice } = slab(name, { face: hkl, layers: 5, vacuum: 20 });
  expect(norm(lattice[0]) / a).toBeCloseTo(u, 10);
  expect(norm(lattice[1]) / a).toBeCloseTo(v, 10);
  const cosine = dot(lattice[0], lattice[1]) / (norm(lattice[0]) * norm(lattice[1]));
  expect((Math.acos(cosine) * 180) / Math.PI).toBeCloseTo(angle, 6);
  expect((lattice[2][2] - 20) / (4 * a)).toBeCloseTo(spacing, 10);
});

test.each([
  ["Al", [1, 1, 1]],
  ["Si", [1, 1, 1]],
  ["Si", [1, 0, 0]],
  ["Si", [1, 1, 0]],
] as const)(
  "%s %o: inversion about the middle maps the slab onto itself without a translation",
  (name, hkl) => {
    const { atoms } = slab(name, { face: hkl, layers: 6, vacuum: 20 });
    const wrap = (x: number) => Math.abs(x - Math.round(x));
    for (const { position: p } of atoms)
      expect(atoms.some(({ position: q }) => [0, 1, 2].every((i) => wrap(p[i]! + q[i]!) < 1e-9))).toBe(true);
  },
);

describe("what is no slab is refused", () => {
  test.each([
    ["Mg", {}, /^crystal: must be cubic to cut a slab, .*, got hcp for Mg/],
    ["Al", { face: [0, 0, 0] as Vec3 }, /^face: must be three whole numbers .* got 0,0,0/],
    ["Al", { layers: 0 }, /^layers: must be a positive whole number, got 0/],
    ["Al", { vacuum: 0 }, /^vacuum: must be a positive length, got 0/],
  ])("%s %o", (name, options, message) => {
    const make = () => slab(name, { layers: 4, vacuum: 20, ...options });
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});

describe("molecules", () => {
  test.each(MOLECULE_NAMES)("%s keeps the vacuum to its copies and sits in the middle", (name) => {
    const { lattice, atoms } = molecule(name, 11);
    for (const i of [0, 1, 2] as const) {
      const xs = atoms.map(({ position }) => position[i]);
      expect((1 - (Math.max(...xs) - Math.min(...xs))) * lattice[i][i]).toBeCloseTo(11, 10);
      expect(Math.max(...xs) + Math.min(...xs)).toBeCloseTo(1, 10);
    }
  });

  test("bond lengths and angles are those measured", () => {
    const geometry = (name: string) => {
      const r = cartesianPositions(molecule(name, 11));
      const bond = (i: number) => sub(r[i]!, r[0]!);
      const angle = Math.acos(dot(bond(1), bond(2)) / (norm(bond(1)) * norm(bond(2))));
      return [norm(bond(1)) / BOHR_PER_ANGSTROM, (angle * 180) / Math.PI];
    };
    const cases: [string, number, number][] = [
      ["H2O", 0.958, 104.5],
      ["NH3", 1.012, 106.7],
      ["CH4", 1.087, 109.47122063449069],
      ["CO2", 1.16, 180],
    ];
    for (const [name, length, angle] of cases) {
      expect(geometry(name)[0], name).toBeCloseTo(length, 10);
      expect(geometry(name)[1], name).toBeCloseTo(angle, 5);
    }
  });

  test("others are refused with the nearest known one", () => {
    expect(() => molecule("H20", 10)).toThrow(/^molecule: must be one of H2, .* got H20 \(did you mean H2/);
    expect(() => molecule("H2O", -1)).toThrow(/^vacuum: must be a positive length, got -1/);
  });
});
