import { describe, expect, test } from "vitest";
import { inverse, type Mat3, matMul, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { ewald, type PointCharges } from "../../src/terms/ewald/ewald.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const system = (vectors: Mat3, charges: number[], positions: Vec3[]): PointCharges => ({
  lattice: createLattice(vectors),
  charges,
  positions,
});
const cubic = (a: number): Mat3 => [[a, 0, 0], [0, a, 0], [0, 0, a]]; // biome-ignore format: a matrix
const fcc = (a: number): Mat3 => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
const bcc = (a: number): Mat3 => [[-a / 2, a / 2, a / 2], [a / 2, -a / 2, a / 2], [a / 2, a / 2, -a / 2]]; // biome-ignore format: a matrix

const triclinic = system(
  [[5.1, 0.3, -0.2], [1.7, 6.2, 0.4], [-2.1, 0.9, 7.3]], // biome-ignore format: a matrix
  [4, -1.5, 3],
  [
    [0.1, 0.2, 0.3],
    [0.62, 0.45, 0.81],
    [0.3, 0.9, 0.55],
  ],
);
/** Four aluminium layers and vacuum, 1 : 20. */
const slab = system(
  [[5, 0, 0], [0, 5, 0], [0, 0, 100]], // biome-ignore format: a matrix
  [3, 3, 3, 3],
  [
    [0, 0, 0.401],
    [0.5, 0.5, 0.44],
    [0.03, 0, 0.48],
    [0.5, 0.5, 0.52],
  ],
);

/** Layers of fcc aluminium along z, a/2 apart, two atoms each, in a cell `height` layers high. */
function aluminium(a: number, layers: number, height: number): PointCharges {
  const positions = Array.from({ length: layers }, (_, i): Vec3[] => {
    const shift = (i % 2) / 2;
    return [
      [0, shift, i / height],
      [0.5, 0.5 - shift, i / height],
    ];
  }).flat();
  return system([[a, 0, 0], [0, a, 0], [0, 0, (height * a) / 2]], positions.map(() => 3), positions); // biome-ignore format: a matrix
}

// A few units in the last place of each partial sum, whose sizes are those of the energy.
const ROUNDING = 1e-13;
const same = (actual: number, expected: number, what: string, tolerance = ROUNDING) => {
  expect(Math.abs(expected)).toBeGreaterThan(0.1);
  close(actual, expected, tolerance * Math.abs(expected), what);
};

/** Energy with atom i moved by t along Cartesian axis c; its derivative to O(h⁴) by five points. */
function slope(charges: PointCharges, i: number, c: number): number {
  const toReduced = inverse(charges.lattice.vectors);
  const energy = (t: number) => {
    const step: [number, number, number] = [0, 0, 0];
    step[c] = t;
    const shift = rowsVec(toReduced, step);
    const positions = charges.positions.map(
      (x, j): Vec3 => (j === i ? [x[0] + shift[0], x[1] + shift[1], x[2] + shift[2]] : x),
    );
    return ewald({ ...charges, positions }).energy;
  };
  const h = 2e-3;
  return (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
}

describe("ewald", () => {
  test("gives the Madelung constants of rock salt and caesium chloride", () => {
    const rockSalt = system(fcc(2), [1, -1], [[0, 0, 0], [0.5, 0.5, 0.5]]); // biome-ignore format: atoms
    same(ewald(rockSalt).energy, -1.747564594633182, "NaCl, ions 1 apart");
    const caesium = system(cubic(2 / Math.sqrt(3)), [1, -1], [[0, 0, 0], [0.5, 0.5, 0.5]]); // biome-ignore format: atoms
    same(ewald(caesium).energy, -1.762674773070988, "CsCl, ions 1 apart");
  });

  test("gives the Wigner crystals in a uniform background, Ωs = 4π/3", () => {
    const sphere = (4 * Math.PI) / 3;
    // Known to twelve digits.
    const body = system(bcc(Math.cbrt(2 * sphere)), [1], [[0.1, 0, 0]]);
    same(ewald(body).energy, -0.895929255682, "bcc", 1e-12);
    const face = system(fcc(Math.cbrt(4 * sphere)), [1], [[0, 0.4, 0]]);
    same(ewald(face).energy, -0.895873615195, "fcc", 1e-12);
  });

  test("does not depend on the splitting parameter", () => {
    for (const [name, charges] of Object.entries({ triclinic, slab })) {
      const { energy, forces } = ewald(charges);
      notTiny(forces.flat(), 0.1, "forces");
      for (const splitting of [0.2, 0.45, 1.1]) {
        const other = ewald(charges, splitting);
        // At the extremes of the splitting the self energy is several times the sum.
        same(other.energy, energy, `${name}, splitting ${splitting}`, 10 * ROUNDING);
        closeArrays(other.forces.flat(), forces.flat(), 1e-12, `${name} forces`);
      }
    }
  });

  test("is extensive: a doubled cell has twice the energy and the same forces", () => {
    for (const axis of [0, 1, 2])
      for (const charges of [triclinic, slab]) {
        const { energy, forces } = ewald(charges);
        const vectors = charges.lattice.vectors.map((v, i) => v.map((x) => (i === axis ? 2 * x : x)));
        const copies = [0, 1].flatMap((copy) =>
          charges.positions.map((x) => x.map((xi, i) => (i === axis ? (xi + copy) / 2 : xi))),
        );
        const double = ewald(
          system(
            vectors as unknown as Mat3,
            [...charges.charges, ...charges.charges],
            copies as unknown as Vec3[],
          ),
        );
        same(double.energy, 2 * energy, `along axis ${axis}`, 4 * ROUNDING);
        closeArrays(double.forces.flat(), [...forces, ...forces].flat(), 1e-12, "forces");
      }
  });

  test("is the same after a translation, a move by lattice vectors and a change of lattice basis", () => {
    const { energy, forces } = ewald(triclinic);
    const moved = triclinic.positions.map((x): Vec3 => [x[0] + 0.37, x[1] - 0.21, x[2] + 0.05]);
    same(ewald({ ...triclinic, positions: moved }).energy, energy, "translated");
    const far = triclinic.positions.map((x, i): Vec3 => [x[0] + 3 * i, x[1] - 5, x[2] - i]);
    // Adding 5 to a coordinate rounds it in the 16th digit, times a force below 10.
    same(ewald({ ...triclinic, positions: far }).energy, energy, "other images", 10 * ROUNDING);
    const change: Mat3 = [[1, 0, 0], [3, 1, 0], [-2, 4, 1]]; // biome-ignore format: a matrix
    const skewed = system(
      matMul(change, triclinic.lattice.vectors),
      [...triclinic.charges],
      triclinic.positions.map((x) => rowsVec(inverse(change), x)),
    );
    const other = ewald(skewed);
    same(other.energy, energy, "skewed basis", 10 * ROUNDING);
    closeArrays(other.forces.flat(), forces.flat(), 1e-12, "forces in a skewed basis");
  });

  test("scales like the square of charge over length", () => {
    const tripled = triclinic.charges.map((z) => 3 * z);
    same(ewald({ ...triclinic, charges: tripled }).energy, 9 * ewald(triclinic).energy, "charges × 3");
    const stretched = system(
      triclinic.lattice.vectors.map((v) => v.map((x) => 2 * x)) as unknown as Mat3,
      [...triclinic.charges],
      [...triclinic.positions],
    );
    same(ewald(stretched).energy, ewald(triclinic).energy / 2, "lengths × 2");
  });

  test("has forces that are minus the derivative of the energy and add up to nothing", () => {
    for (const charges of [triclinic, slab]) {
      const { forces } = ewald(charges);
      notTiny(forces.flat(), 0.1, "forces");
      // Rounding of energies near 100 Ha over the step 2e-3 bohr.
      for (const i of [0, 2])
        for (const c of [0, 1, 2]) close(forces[i]![c]!, -slope(charges, i, c), 1e-9, `atom ${i} axis ${c}`);
      const sum = forces.reduce((a, f): Vec3 => [a[0] + f[0], a[1] + f[1], a[2] + f[2]], [0, 0, 0]);
      expect(norm(sum)).toBeLessThan(1e-12);
    }
  });

  test("agrees with ABINIT 9.6.2 for silicon, gallium arsenide, aluminium and its slabs", () => {
    const silicon = (x: Vec3) => system(fcc(10.26), [4, 4], [x, [-0.125, -0.125, -0.125]]);
    same(ewald(silicon([0.125, 0.125, 0.125])).energy, -8.40046478618609, "silicon");
    same(ewald(silicon([0.135, 0.125, 0.105])).energy, -8.39862402919803, "silicon, displaced");
    const arsenide = system(fcc(10.68), [3, 5], [[0, 0, 0], [0.25, 0.25, 0.25]]); // biome-ignore format: atoms
    same(ewald(arsenide).energy, -8.42431599347892, "gallium arsenide");
    same(ewald(aluminium(7.653390668, 2, 2)).energy, -10.783131413781, "aluminium");
    const angstroms = 4.05 * 1.8897261254578281; // the bohr of CODATA 2014 is that of the run of ABINIT
    same(ewald(aluminium(angstroms, 4, 6)).energy, -6.65399264056443, "slab of 4 layers");
    same(ewald(aluminium(angstroms, 10, 18)).energy, 389.541682685927, "slab of 10 layers");
  });

  test("refuses two atoms at one place and charges without position", () => {
    const twice = system(cubic(5), [1, 2], [[0.2, 0, 0], [1.2000000001, 0, -1]]); // biome-ignore format: atoms
    expect(() => ewald(twice)).toThrow(/atoms 0 and 1 .* both at fractional position \[1.2000000001,0,-1\]/);
    expect(() => ewald({ ...twice, positions: [[0, 0, 0]] })).toThrow(/2 charges, 1 positions/);
  });
});
