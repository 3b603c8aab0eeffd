import { describe, expect, test } from "vitest";
import { findBravais } from "../../src/bands/bravais.ts";
import { prettyLabel, specialPoints } from "../../src/bands/special-points.ts";
import { dot, type Mat3, norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close } from "../close.ts";
import { LATTICES, otherSetting } from "./settings.ts";

const cartesian = (vectors: Mat3) => {
  const lattice = createLattice(vectors);
  const { points } = specialPoints(lattice);
  return new Map([...points].map(([label, k]) => [label, rowsVec(lattice.reciprocal, k)]));
};

describe.each(LATTICES)("%s", (_name, type, vectors) => {
  test("is recognised in any setting, turned and with other primitive vectors", () => {
    expect(findBravais(vectors).type).toBe(type);
    for (let seed = 1; seed <= 12; seed++) expect(findBravais(otherSetting(vectors, seed)).type).toBe(type);
  });

  test("has special points at the same distances from each other in any setting", () => {
    const here = [...cartesian(vectors)];
    expect(here.length).toBeGreaterThan(3);
    for (let seed = 1; seed <= 6; seed++) {
      const there = cartesian(otherSetting(vectors, seed));
      for (const [a, ka] of here)
        for (const [b, kb] of here)
          close(norm(sub(there.get(a)!, there.get(b)!)), norm(sub(ka, kb)), 1e-10, `${a}-${b}`); // rounding of π/a
    }
  });

  test("has special points on the surface of the Brillouin zone, Γ apart", () => {
    const { reciprocal } = createLattice(vectors);
    const range = [-3, -2, -1, 0, 1, 2, 3];
    const neighbours = range
      .flatMap((x) => range.flatMap((y) => range.map((z): Vec3 => [x, y, z])))
      .filter((g) => norm(g) > 0)
      .map((g) => rowsVec(reciprocal, g));
    for (const [label, k] of cartesian(vectors)) {
      // Bragg planes 2 k·G = |G|² bound the zone: none is crossed, and one at least is touched.
      const beyond = Math.max(...neighbours.map((g) => (2 * dot(k, g)) / dot(g, g) - 1));
      if (label === "G") expect(beyond).toBe(-1);
      else close(beyond, 0, 1e-9, label);
    }
  });
});

test("cubic points are where textbooks put them", () => {
  const sorted = (k: Vec3, a: number) =>
    k.map((x) => Math.abs((x * a) / (2 * Math.PI))).sort((p, q) => q - p);
  const expected: Record<string, Record<string, Vec3>> = {
    "face-centred cubic": {
      X: [1, 0, 0],
      L: [0.5, 0.5, 0.5],
      W: [1, 0.5, 0],
      K: [0.75, 0.75, 0],
      U: [1, 0.25, 0.25],
    },
    "body-centred cubic": { H: [1, 0, 0], N: [0.5, 0.5, 0], P: [0.5, 0.5, 0.5] },
    "simple cubic": { X: [0.5, 0, 0], M: [0.5, 0.5, 0], R: [0.5, 0.5, 0.5] },
  };
  for (const [name, , vectors] of LATTICES.filter(([each]) => each in expected)) {
    const a = norm(findBravais(vectors).conventional[0]);
    const points = cartesian(vectors);
    for (const [label, k] of Object.entries(expected[name]!)) {
      const found = sorted(points.get(label)!, a);
      for (let i = 0; i < 3; i++) close(found[i]!, k[i]!, 1e-12, `${name} ${label}[${i}]`);
    }
  }
});

test("hexagonal points are where textbooks put them", () => {
  const [a, c] = [9, 4];
  const points = cartesian(LATTICES.find(([name]) => name === "hexagonal, flat")![2]);
  close(norm(points.get("K")!), (4 * Math.PI) / (3 * a), 1e-12);
  close(norm(points.get("M")!), (2 * Math.PI) / (Math.sqrt(3) * a), 1e-12);
  close(norm(points.get("A")!), Math.PI / c, 1e-12);
  close(norm(sub(points.get("H")!, points.get("A")!)), (4 * Math.PI) / (3 * a), 1e-12);
});

test("the usual setting keeps its usual fractions, and others have exact fractions too", () => {
  const fcc = LATTICES.find(([, type]) => type === "cF")![2];
  const usual = specialPoints({ vectors: fcc }).points;
  expect(usual.get("X")).toEqual([0.5, 0, 0.5]);
  expect(usual.get("W")).toEqual([0.5, 0.25, 0.75]);
  const other = specialPoints({ vectors: otherSetting(fcc, 3) }).points;
  for (const k of other.values()) for (const x of k) expect(Number.isInteger(8 * x)).toBe(true);
  expect([...other.values()].flat().some((x, i) => x !== [...usual.values()].flat()[i])).toBe(true);
});

test("of the equivalent axes those along x, y and z are taken", () => {
  for (const [name, , vectors] of LATTICES) {
    if (/orthorhombic|rhombohedral|clinic/.test(name)) continue; // their axes are told apart by lengths, or not along x, y, z
    const { conventional } = findBravais(vectors);
    const along = conventional.map((row, i) => row[i]! / norm(row));
    close(along[0]!, 1, 1e-12, `${name}: first axis along x`);
    close(along[1]!, name.startsWith("hexagonal") ? Math.sqrt(3) / 2 : 1, 1e-12, `${name}: second axis`);
    close(along[2]!, 1, 1e-12, `${name}: third axis along z`);
  }
});

test("orthorhombic axes are ordered by length, so that X, Y, Z belong to a < b < c", () => {
  const points = cartesian(LATTICES.find(([, type]) => type === "oP")![2]);
  const lengths = ["X", "Y", "Z"].map((label) => Math.PI / norm(points.get(label)!));
  [5, 7, 9].forEach((length, i) => {
    close(lengths[i]!, length, 1e-12);
  });
});

test("lattices typed with five digits are recognised, and a strain of one in a hundred is not overlooked", () => {
  const rounded: Mat3 = [
    [6.06, 0, 0],
    [-3.03, 5.24811, 0],
    [0, 0, 9.8959],
  ];
  expect(findBravais(rounded).type).toBe("hP");
  expect(
    findBravais([
      [6, 0, 0],
      [0, 6, 0],
      [0, 0, 6.06],
    ]).type,
  ).toBe("tP");
});

test("monoclinic and triclinic paths lead through the same lengths in any setting", () => {
  for (const [, type, vectors] of LATTICES.filter(([, each]) => each[0] === "m" || each === "aP")) {
    const { path } = specialPoints({ vectors });
    const lengths = (at: ReadonlyMap<string, Vec3>) =>
      path.flatMap((piece) =>
        piece.slice(1).map((label, i) => norm(sub(at.get(label)!, at.get(piece[i]!)!))),
      );
    const here = lengths(cartesian(vectors));
    expect(here.length).toBeGreaterThan(5);
    for (let seed = 1; seed <= 6; seed++) {
      const setting = otherSetting(vectors, seed);
      expect(specialPoints({ vectors: setting }).path).toEqual(path);
      lengths(cartesian(setting)).forEach((length, i) => {
        close(length, here[i]!, 1e-10, `${type} ${i}`);
      });
    }
  }
});

test("the five base-centred monoclinic zones have the paths of their tables", () => {
  const paths = [1, 2, 3, 4, 5].map((shape) => {
    const [, , vectors] = LATTICES.find(([name]) => name === `monoclinic, base-centred, shape ${shape}`)!;
    return specialPoints({ vectors })
      .path.map((piece) => piece.join(""))
      .join("|");
  });
  expect(paths).toEqual([
    "GYFLI|I1ZF1|YX1|XGN|MG",
    "GYFLI|I1ZF1|NGM",
    "GYFHZIF1|H1Y1XGN|MG",
    "GYFHZI|H1Y1XGN|MG",
    "GYFLI|I1ZHF1|H1Y1XGN|MG",
  ]);
});

test("every label of every standard path is a point of its lattice", () => {
  for (const [, , vectors] of LATTICES) {
    const { points, path } = specialPoints({ vectors });
    const used = new Set(path.flat());
    for (const label of used) expect([...points.keys()]).toContain(label);
    expect(used.size).toBeGreaterThan(3);
  }
});

test("labels are printed as physicists write them", () => {
  expect(["G", "X", "Z1", "Sigma", "Sigma1"].map(prettyLabel)).toEqual(["Γ", "X", "Z₁", "Σ", "Σ₁"]);
});
