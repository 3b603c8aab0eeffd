import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { cross, dot, norm, sub, type Vec3 } from "../../src/common/vec3.ts";
import { newJob } from "../../src/job/new-job.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { freePlaneSvg, planeCut } from "../../src/plot/free-plane.ts";

const { lattice, atoms } = bulk("GaAs");
const BOND = (Math.sqrt(3) / 4) * 2 * lattice[0][1]; // of zinc blende

// Seen red: the third direction the other way round, a picture as in a mirror.
test("a plane is seen from where its normal points", () => {
  const plane = { normal: [1, -1, 0] as Vec3, atom: 1 };
  const { rectangle, line } = planeCut(lattice, atoms, plane);
  expect(dot(cross(rectangle.across, rectangle.up), plane.normal)).toBeCloseTo(Math.SQRT2, 10);
  const [from, to] = line!;
  expect(Math.abs(dot(sub(to.at, from.at), plane.normal))).toBeLessThan(1e-9);
  const middle = sub(from.at, rectangle.corner);
  expect([dot(middle, rectangle.across), dot(middle, rectangle.up)]).toEqual([
    expect.closeTo(rectangle.width / 2, 10),
    expect.closeTo(rectangle.height / 2, 10),
  ]);
});

// Seen red: the farthest images in place of the nearest.
test("the line is the bond to the nearest atom, of a plane through three atoms as well", () => {
  for (const plane of [{ normal: [1, -1, 0] as Vec3, atom: 1 }, { atoms: [1, 2, 1] as const }]) {
    const [from, to] = planeCut(lattice, atoms, plane).line!;
    expect([from.atom, to.atom]).toEqual([0, 1]);
    expect(norm(sub(to.at, from.at))).toBeCloseTo(BOND, 6);
  }
});

// Seen red: values from the second atom to the first.
test("values along a bond begin at its first atom", async () => {
  const { problem } = await prepareScf(newJob(bulk("GaAs"), { ecut: 4, kgrid: [1, 1, 1], isMetal: false }));
  const { model, grid } = problem.basis;
  const [nx, ny] = grid.size;
  const [first] = model.atoms;
  /** Largest at the first atom, least half a cell away from it along each vector. */
  const field = asRealField(
    Float64Array.from({ length: grid.points }, (_, r) => {
      const s = [r % nx, Math.floor(r / nx) % ny, Math.floor(r / (nx * ny))];
      return s.reduce(
        (sum, n, i) => sum + Math.cos(2 * Math.PI * (n / grid.size[i]! - first!.position[i]!)),
        0,
      );
    }),
  );
  const svg = await freePlaneSvg(model, grid, field, { atoms: [1, 2, 1] }, { quantity: "f", symbol: "f" });
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const profile = [...document.querySelectorAll('[aria-label="line"] path')].at(-1)!.getAttribute("d")!;
  const heights = Array.from(profile.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g), ([, , y]) => Number(y));
  expect(heights.length).toBeGreaterThan(50);
  expect(heights[0]).toBe(Math.min(...heights)); // the top of the picture
  expect(heights.at(-1)!).toBeGreaterThan(heights[0]! + 20);
});
