import { expect, test } from "vitest";
import { labelledPath, listedPoints, parseKpoints } from "../../src/bands/k-path.ts";
import { norm, rowsVec, sub } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close } from "../close.ts";

const fcc = createLattice([
  [0, 5, 5],
  [5, 0, 5],
  [5, 5, 0],
]);
const lengths = (kpoints: readonly (readonly [number, number, number])[]) =>
  kpoints.slice(1).map((k, i) => norm(rowsVec(fcc.reciprocal, sub(k, kpoints[i]!))));

test("a path has as many points as asked for, its names at their own coordinates", () => {
  for (const total of [12, 13, 60, 61]) {
    const { kpoints, path } = labelledPath(fcc, "GXLWKG", total);
    expect(kpoints.length).toBe(total);
    expect(path.map(({ label }) => label)).toEqual(["Γ", "X", "L", "W", "K", "Γ"]);
    expect(path.map(({ index }) => kpoints[index])).toEqual([
      [0, 0, 0],
      [0.5, 0, 0.5],
      [0.5, 0.5, 0.5],
      [0.5, 0.25, 0.75],
      [0.375, 0.375, 0.75],
      [0, 0, 0],
    ]);
    expect(path.at(-1)!.index).toBe(total - 1);
  }
});

test("points are spread by length: no two stretches have spacings further apart than one point makes", () => {
  const { kpoints, path } = labelledPath(fcc, "GXLWKG", 100);
  const steps = lengths(kpoints);
  const stretches = path.slice(1).map(({ index }, i) => {
    const own = steps.slice(path[i]!.index, index);
    for (const step of own) close(step, own[0]!, 1e-12, "steps of one stretch");
    return { spacing: own[0]!, count: own.length };
  });
  const widest = Math.max(...stretches.map(({ spacing }) => spacing));
  for (const { spacing, count } of stretches) {
    expect(spacing).toBeGreaterThan(0.01);
    // With one point less this stretch would be the coarsest.
    if (count > 2) expect((spacing * count) / (count - 1)).toBeGreaterThanOrEqual(widest - 1e-12);
  }
});

test("a jump has its names at neighbouring points, a stretch always has a point between them", () => {
  const { path, kpoints } = labelledPath(fcc, undefined, 22); // as few as possible
  const jumps = path.slice(1).filter(({ index }, i) => index === path[i]!.index + 1);
  expect(jumps.map(({ label }) => label)).toEqual(["U"]);
  expect(kpoints.length).toBe(22);
  expect(() => labelledPath(fcc, undefined, 21)).toThrow(
    /^bands\.points: must be a whole number of at least 22 .* got 21/,
  );
  expect(() => labelledPath(fcc, "GX", 10.5)).toThrow(/got 10\.5/);
});

test("labels may be written in several ways", () => {
  const plain = labelledPath(fcc, "GXL|UX", 20);
  for (const text of ["ΓXL|UX", "G-X-L|U-X", " Gamma, X, L | U X "])
    expect(labelledPath(fcc, text, 20)).toEqual(plain);
  const bct = createLattice([
    [-4.5, 4.5, 2.5],
    [4.5, -4.5, 2.5],
    [4.5, 4.5, -2.5],
  ]);
  const labels = (text: string) => labelledPath(bct, text, 20).path.map(({ label }) => label);
  expect(labels("GZ1Z")).toEqual(["Γ", "Z₁", "Z"]);
  expect(labels("ΓZ₁Z")).toEqual(["Γ", "Z₁", "Z"]);
});

test("a label the lattice does not have is refused with those it has", () => {
  expect(() => labelledPath(fcc, "GXQ", 20)).toThrow(
    /^bands\.path: must be made of G, K, L, U, W, X on this face-centred cubic lattice, got "Q" in "GXQ"/,
  );
  expect(() => labelledPath(fcc, "G", 20)).toThrow(/fewer than two points/);
  expect(() => labelledPath(fcc, "GX|", 20)).toThrow(/fewer than two points/);
  expect(() => labelledPath(fcc, "GGX", 20)).toThrow(/same point twice/);
});

test("listed points are named where they are special up to reciprocal lattice vectors", () => {
  const list = listedPoints(fcc, parseKpoints("0.5,0,0.5; 0.1,0.2,0.3 ;1,0,-1;3/8,3/8,3/4;-0.5,1,0.5"));
  expect(list.kpoints[1]).toEqual([0.1, 0.2, 0.3]);
  expect(list.path).toEqual([
    { label: "X", index: 0 },
    { label: "Γ", index: 2 },
    { label: "K", index: 3 },
    { label: "X", index: 4 },
  ]);
});

test("a list that is no list of k-points is refused", () => {
  for (const text of [
    "",
    "0,0",
    "0,0,0,0",
    "0,0,x",
    "0,0,0;",
    "1/2/3,0,0",
    "0,,0",
    "Infinity,0,0",
    "1/0,0,0",
  ])
    expect(() => parseKpoints(text), text).toThrow(
      /^bands\.kpoints: must be points of three reduced coordinates/,
    );
  expect(() => parseKpoints("5000,0,0")).toThrow(/within ±1000/);
});
