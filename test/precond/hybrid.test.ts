import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/basis/grid.ts";
import { InputError } from "../../src/common/failure.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import {
  asRealField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  sumReal,
} from "../../src/kernels/fields.ts";
import { dielectric } from "../../src/precond/filters/dielectric.ts";
import { hybrid } from "../../src/precond/hybrid.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { layer } from "../../src/precond/localisation.ts";
import type { Preconditioner } from "../../src/precond/preconditioner.ts";
import { responseSpace } from "../../src/precond/response-space.ts";
import { close, closeArrays, largestDifference, notTiny } from "../close.ts";
import { at, energyNorm, noise, preconditionerLaws, sampleIterate, testGrid, unevenStates } from "./laws.ts";

const inLayer = layer({ axis: 2, from: 0.4, to: 0.9, steepness: 10 });
preconditionerLaws({ name: "hybrid", make: () => hybrid(), accuracy: 1e-2, isAtLeastOne: true });
preconditionerLaws({
  name: "localised hybrid",
  make: () => hybrid({ localisation: inLayer }),
  accuracy: 1e-2,
});

const grid = testGrid([5, 7, 15]);
const { points } = grid;

interface Setting {
  readonly states?: RealField;
  readonly on?: Grid;
}
async function apply(
  preconditioner: Preconditioner,
  f: RealField,
  { states, on = grid }: Setting = {},
): Promise<RealField> {
  const out = newRealField(f.length);
  const nSpin = f.length === on.points ? 1 : 2;
  (await at(preconditioner, sampleIterate({ grid: on, nSpin, ...(states === undefined ? {} : { states }) })))(
    out,
    f,
  );
  return out;
}
const meanFree = (f: RealField): RealField => {
  const mean = sumReal(f) / f.length;
  return asRealField(f.map((x) => x - mean));
};

describe("hybrid", () => {
  test("without states is dielectric, for one spin and for two", async () => {
    for (const nSpin of [1, 2]) {
      const f = noise(nSpin * points, nSpin);
      const limit = await apply(dielectric({ epsilonR: 7 }), f);
      expect(largestDifference(limit, f).error).toBeGreaterThan(0.1);
      // The inner preconditioner is then the operator itself: one step of conjugate gradients is exact.
      closeArrays(await apply(hybrid({ epsilonR: 7 }), f), limit, 1e-12);
    }
  });

  test("of permittivity 1 is ldos, and the identity without states", async () => {
    const f = noise(points, 3);
    const states = unevenStates(grid, 1);
    const limit = await apply(ldos(), f, { states });
    expect(largestDifference(limit, f).error).toBeGreaterThan(0.1);
    closeArrays(await apply(hybrid({ epsilonR: 1 }), f, { states }), limit, 0);
    closeArrays(await apply(hybrid({ epsilonR: 1 }), f), f, 0);
  });

  test("with L = 1/2 everywhere has half the polarisability", async () => {
    const f = noise(points, 4);
    // (εr − 1)/2 with kTF²/2 has half the C of εr − 1 with kTF².
    const half = hybrid({ epsilonR: 9, kTF: 1, localisation: () => 0.5 });
    const same = dielectric({ epsilonR: 5, kTF: Math.SQRT1_2 });
    expect(
      largestDifference(await apply(same, f), await apply(dielectric({ epsilonR: 9, kTF: 1 }), f)).error,
    ).toBeGreaterThan(0.01);
    closeArrays(await apply(half, f), await apply(same, f), 1e-12);
  });

  test("solves (1 − χ̃₀v) δρ = f: χ̃₀ put together from its definition gives f back", async () => {
    const states = unevenStates(grid, 1);
    const f = meanFree(noise(points, 5));
    const preconditioner = hybrid({ epsilonR: 12, kTF: 0.9, localisation: inLayer });
    const rho = await apply(preconditioner, f, { states });
    const potential = filtered(grid, rho, (g2) => (4 * Math.PI) / g2);
    const level = states.reduce((sum, d, r) => sum + d * potential[r]!, 0) / sumReal(states);
    const place = (r: number) => Math.sqrt(inLayer([0, 0, Math.floor(r / 35) / 15]));
    const felt = asRealField(potential.map((v, r) => v * place(r)));
    const bound = filtered(grid, felt, (g2) => (11 * g2) / (4 * Math.PI * (1 + (11 * g2) / 0.81)));
    notTiny(bound, 0.01);
    const back = meanFree(
      asRealField(rho.map((x, r) => x + states[r]! * (potential[r]! - level) + place(r) * bound[r]!)),
    );
    // Conjugate gradients stop at 1e-3 of f in the inner norm; this norm sees at most the root of the condition number more.
    expect(energyNorm(grid, asRealField(back.map((x, r) => x - f[r]!)))).toBeLessThan(
      1e-2 * energyNorm(grid, f),
    );
    const without = await apply(ldos(), f, { states });
    expect(energyNorm(grid, asRealField(without.map((x, r) => x - rho[r]!)))).toBeGreaterThan(
      0.05 * energyNorm(grid, f),
    );
  });

  test("shows its parameters and refuses what cannot be", async () => {
    expect(hybrid().name).toBe("hybrid(epsilonR=10, kTF=0.8)");
    expect(() => hybrid({ epsilonR: 0.5 })).toThrow(InputError);
    expect(() => hybrid({ kTF: 0 })).toThrow(InputError);
    await expect(apply(hybrid({ localisation: () => 1.2 }), noise(points, 1))).rejects.toThrow(
      "must be between 0 and 1, got 1.2",
    );
  });
});

/** The waves of f times a function of |G|², without the mean. */
function filtered(on: Grid, f: ReadonlyRealField, factor: (g2: number) => number): RealField {
  const c = on.toFourier(f);
  for (let g = 0; g < on.points; g++) {
    const m = g === 0 ? 0 : factor(on.normG2[g]!);
    c[2 * g]! *= m;
    c[2 * g + 1]! *= m;
  }
  return on.toReal(c);
}

describe("on a grid finer than the response", () => {
  const BOX: Mat3 = [[6, 0, 0], [0, 6, 0], [0, 0, 18]]; // biome-ignore format: a matrix
  const fine = testGrid([30, 30, 90], BOX);
  // Smooth states and a smooth residual: what short waves do is not asked.
  const wave = (kx: number, kz: number, on: Grid) =>
    asRealField(
      newRealField(on.points).map((_, r) => {
        const [nx, ny, nz] = on.size;
        const [x, z] = [(r % nx) / nx, Math.floor(r / (nx * ny)) / nz];
        return Math.cos(2 * Math.PI * (kx * x + kz * z) + 1);
      }),
    );
  const sample = (on: Grid) => {
    const [a, b, c] = [wave(0, 1, on), wave(1, 2, on), wave(1, -5, on)];
    return {
      states: asRealField(a.map((x, r) => 0.05 * (1 + 0.9 * x) * (1 + 0.3 * b[r]!))),
      f: meanFree(asRealField(a.map((x, r) => x + 0.5 * b[r]! * x + c[r]!))),
    };
  };

  test("the coarse grid has room for every wave that is answered, and few points", () => {
    const { coarse, onCoarse, onFine, root, coulomb, longest } = responseSpace(fine);
    expect(coarse.points).toBeLessThan(fine.points / 8);
    const cutoff = Math.max(...Array.from(onCoarse.index, (g) => coarse.normG2[g]!));
    expect(cutoff).toBeLessThanOrEqual(25);
    expect(onCoarse.index.length).toBe(fine.normG2.filter((g2) => g2 > 0 && g2 <= 25).length);
    onCoarse.index.forEach((g, j) => {
      const at = onFine.index[j]!;
      expect([...coarse.gVectors.slice(3 * g, 3 * g + 3)]).toEqual([
        ...fine.gVectors.slice(3 * at, 3 * at + 3),
      ]);
      close(coulomb[j]! * fine.normG2[at]!, 4 * Math.PI, 1e-12);
      close(root[j]! ** 2, coulomb[j]!, 1e-12);
    });
    const reduced = (j: number) => Array.from(coarse.gVectors.subarray(3 * onCoarse.index[j]!).slice(0, 3));
    for (let i = 0; i < longest.length; i += 2)
      expect(reduced(longest[i + 1]!)).toEqual(reduced(longest[i]!).map((g) => 0 - g));
  });

  test("the answer is that of a grid without cut-off", async () => {
    const just = testGrid([9, 9, 30], BOX); // no finer than the coarse grid: used as it is
    expect(responseSpace(just).coarse).toBe(just);
    for (const make of [() => ldos(), () => hybrid({ epsilonR: 8, localisation: inLayer })]) {
      const [onFine, onJust] = [sample(fine), sample(just)];
      const got = fine.toFourier(await apply(make(), onFine.f, { states: onFine.states, on: fine }));
      const expected = just.toFourier(await apply(make(), onJust.f, { states: onJust.states, on: just }));
      const input = just.toFourier(onJust.f);
      let [error, change] = [0, 0];
      just.normG2.forEach((g2, g) => {
        if (g2 > 16) return;
        const [x, y, z] = [0, 1, 2].map((i) => (just.gVectors[3 * g + i]! + fine.size[i]!) % fine.size[i]!);
        const at = x! + 30 * (y! + 30 * z!);
        error += (got[2 * at]! - expected[2 * g]!) ** 2 + (got[2 * at + 1]! - expected[2 * g + 1]!) ** 2;
        change += (input[2 * g]! - expected[2 * g]!) ** 2 + (input[2 * g + 1]! - expected[2 * g + 1]!) ** 2;
      });
      expect(Math.sqrt(change)).toBeGreaterThan(0.3);
      // Both solutions stop at 1e-3; the cut-off is felt through products of the sample's few waves alone.
      expect(Math.sqrt(error)).toBeLessThan(5e-3 * Math.sqrt(change));
    }
  });
});

describe("a layer", () => {
  test("is 1 inside, 0 outside, 1/2 at its edges and periodic, also across the cell's edge", () => {
    for (const [from, to] of [
      [0.1, 0.5],
      [0.8, 1.2],
      [-0.3, 0.1],
    ] as const) {
      const at = layer({ axis: 1, from, to, steepness: 60 });
      const along = (y: number) => at([0.7, y, 0.2]);
      close(along((from + to) / 2), 1, 1e-12);
      close(along((from + to) / 2 + 0.5), 0, 1e-12);
      close(along(from), 0.5, 1e-12);
      close(along(to), 0.5, 1e-12);
      for (const y of [0.03, 0.31, 0.77]) for (const n of [-2, 1]) close(along(y + n), along(y), 1e-12);
    }
  });

  test("has ½erf(s(x − from)) − ½erf(s(x − to)) as its edges, and its mean is its thickness however soft", () => {
    const at = layer({ axis: 0, from: 0.3, to: 0.7, steepness: 30 });
    close(at([0.31, 0, 0]), 0.6643133798, 1e-7); // ½(1 + erf(0.3)), erf(0.3) = 0.3286267595
    for (const steepness of [0.5, 3, 30]) {
      const soft = layer({ axis: 0, from: 0.3, to: 0.7, steepness });
      let sum = 0;
      for (let i = 0; i < 200; i++) sum += soft([i / 200, 0, 0]) / 200;
      close(sum, 0.4, 1e-10); // trapezia of a smooth periodic function
    }
  });

  test("refuses what is no layer", () => {
    expect(() => layer({ axis: 2, from: 0.5, to: 0.5, steepness: 30 })).toThrow(InputError);
    expect(() => layer({ axis: 2, from: 0, to: 1.1, steepness: 30 })).toThrow("got 1.1");
    expect(() => layer({ axis: 2, from: 0, to: 1, steepness: 0 })).toThrow(InputError);
    expect(() => layer({ axis: 3 as 2, from: 0, to: 1, steepness: 1 })).toThrow("must be 0, 1 or 2, got 3");
  });
});
