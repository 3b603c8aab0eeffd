import { describe, expect, test } from "vitest";
import { norm, sub, type Vec3 } from "../../src/common/vec3.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { close } from "../close.ts";
import { ALUMINIUM, to } from "../systems.ts";

/** Two atoms in a row, one out of place, on a k-grid that is dense for the widths. */
const DISPLACED = {
  ...ALUMINIUM,
  structure: {
    lattice: [
      [3.82, 3.82, 0],
      [-3.82, 3.82, 0],
      [0, 0, 7.64],
    ],
    atoms: [
      { element: "Al", position: [0, 0, 0.03] },
      { element: "Al", position: [0.5, 0.5, 0.5] },
    ],
  },
  ecut: 3,
  kgrid: [8, 8, 6],
  stress: true,
};
const farthest = (a: readonly Vec3[], b: readonly Vec3[]) =>
  Math.max(...a.map((row, i) => norm(sub(row, b[i]!))));

describe.each([
  ["fermi-dirac", 0.03, 0.015],
  ["gaussian", 0.06, 0.03],
  ["marzari-vanderbilt", 0.08, 0.04],
  ["methfessel-paxton-1", 0.1, 0.06],
])("the error of %s of width %d Ha", (smearing, wide, narrow) => {
  test("is the difference from the limit of a narrow width, for energy, forces and stress", async () => {
    await using truth = await solve(to(1e-7, { ...DISPLACED, smearing, temperature: narrow }));
    await using run = await solve(to(1e-7, { ...DISPLACED, smearing, temperature: wide }));
    const { smearing: found } = await run.errors({ cutoff: 3 });
    const { smearing: better } = await truth.errors({ cutoff: 3 });
    const { energy, forces, stress, remains } = found!;
    const [trueForces, trueStress] = [better!.forces!.corrected, better!.stress!.corrected];
    const wrong = run.energies.total - better!.energy.corrected;
    expect(Math.abs(wrong)).toBeGreaterThan(1e-4);
    close(energy.error, wrong, 4 * remains, "within a few times what is said to remain");
    expect(remains).toBeLessThan(0.25 * Math.abs(energy.error));
    for (const [quantity, right] of [
      [stress!, trueStress],
      [forces!, trueForces],
    ] as const) {
      const [wrong, left] = [farthest(quantity.raw, right), farthest(quantity.corrected, right)];
      // Bands that the displacement splits at the Fermi level are not smooth over the width.
      expect(left).toBeLessThan(Math.max(0.6 * wrong, 2 * quantity.remains));
      if (quantity.doubt === undefined) expect(wrong).toBeLessThan(2 * quantity.error);
    }
  });
});
