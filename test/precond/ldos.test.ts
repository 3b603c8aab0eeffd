import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/basis/grid.ts";
import { InputError } from "../../src/common/failure.ts";
import { asRealField, newRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { close, closeArrays, largestDifference, notTiny } from "../close.ts";
import { at, energyNorm, noise, preconditionerLaws, sampleIterate, testGrid, unevenStates } from "./laws.ts";

// Its equation is solved by conjugate gradients to 1e-3: linear and contracting to about that.
preconditionerLaws({ name: "ldos", make: () => ldos(), accuracy: 1e-2, isAtLeastOne: true });

// Odd axes: the highest frequency of an even one has no partner −G, and the real part mixes it with others.
const grid = testGrid([5, 7, 15]);
const { points } = grid;

interface Setting {
  readonly states: RealField;
  readonly nSpin?: 1 | 2;
  readonly grid?: Grid;
}
const apply = async (f: RealField, { states, nSpin = 1, grid: on = grid }: Setting): Promise<RealField> => {
  const out = newRealField(f.length);
  (await at(ldos(), sampleIterate({ grid: on, nSpin, states })))(out, f);
  return out;
};
const constant = (length: number, value: number) => asRealField(new Float64Array(length).fill(value));
const meanFree = (f: RealField): RealField => {
  const mean = sumReal(f) / f.length;
  return asRealField(f.map((x) => x - mean));
};

/** (1 − χ̃₀v) on mean-free functions as a dense matrix, rows of points, from its definition. */
function dense(states: RealField): Float64Array[] {
  const total = sumReal(states);
  return Array.from({ length: points }, (_, column) => {
    const unit = newRealField(points);
    unit[column] = 1;
    const c = grid.toFourier(unit);
    for (let g = 0; g < points; g++) {
      const v = g === 0 ? 0 : (4 * Math.PI) / grid.normG2[g]!;
      c[2 * g]! *= v;
      c[2 * g + 1]! *= v;
    }
    const potential = grid.toReal(c);
    const shift = states.reduce((sum, d, r) => sum + d * potential[r]!, 0) / total;
    return unit.map((x, r) => x + states[r]! * (potential[r]! - shift));
  });
}

/** Gaussian elimination with column pivots; `columns` is destroyed. */
function solve(columns: Float64Array[], f: RealField): Float64Array {
  const n = f.length;
  const a = Array.from({ length: n }, (_, row) =>
    Float64Array.from({ length: n + 1 }, (__, c) => (c < n ? columns[c]![row]! : f[row]!)),
  );
  for (let p = 0; p < n; p++) {
    let best = p;
    for (let r = p; r < n; r++) if (Math.abs(a[r]![p]!) > Math.abs(a[best]![p]!)) best = r;
    [a[p], a[best]] = [a[best]!, a[p]!];
    for (let r = p + 1; r < n; r++) {
      const factor = a[r]![p]! / a[p]![p]!;
      if (factor !== 0) for (let c = p; c <= n; c++) a[r]![c]! -= factor * a[p]![c]!;
    }
  }
  const x = new Float64Array(n);
  for (let p = n - 1; p >= 0; p--) {
    let sum = a[p]![n]!;
    for (let c = p + 1; c < n; c++) sum -= a[p]![c]! * x[c]!;
    x[p] = sum / a[p]![p]!;
  }
  return x;
}

describe("ldos", () => {
  test("with states spread evenly is Kerker's with kTF² = 4πD", async () => {
    const D = 0.04;
    const f = noise(points, 1);
    const out = newRealField(points);
    (await at(kerker({ kTF: Math.sqrt(4 * Math.PI * D) }), sampleIterate({ grid, nSpin: 1 })))(out, f);
    expect(largestDifference(out, f).error).toBeGreaterThan(0.1);
    // The inner preconditioner is then the operator itself: one step of conjugate gradients is exact.
    closeArrays(await apply(f, { states: constant(points, D) }), out, 1e-12);
  });

  test("answers to waves longer than its cut-off only, on a grid that has others", async () => {
    const D = 0.04;
    const fine = testGrid([21, 21, 49]);
    const f = noise(fine.points, 6);
    const [before, after] = [
      fine.toFourier(f),
      fine.toFourier(await apply(f, { states: constant(fine.points, D), grid: fine })),
    ];
    const kept = (g2: number) => (g2 < 25 ? g2 / (g2 + 4 * Math.PI * D) : 1); // 5 bohr⁻¹
    const expected = before.map((x, i) => (i < 2 ? x : x * kept(fine.normG2[Math.floor(i / 2)]!)));
    expect(Math.max(...fine.normG2)).toBeGreaterThan(50);
    notTiny(expected, 0.01);
    closeArrays(after, expected, 1e-12);
  });

  test("solves (1 − χ̃₀v) δρ = f: agrees with Gaussian elimination of the dense matrix", async () => {
    const states = unevenStates(grid, 1);
    // Noise on a long wave, which is what the preconditioner is for.
    const wave = (r: number) => 3 * Math.cos((2 * Math.PI * Math.floor(r / 35)) / 15);
    const f = meanFree(asRealField(noise(points, 2).map((x, r) => x + wave(r))));
    const exact = asRealField(solve(dense(states), f));
    const out = await apply(f, { states });
    const change = energyNorm(grid, asRealField(exact.map((x, r) => x - f[r]!)));
    const error = energyNorm(grid, asRealField(exact.map((x, r) => x - out[r]!)));
    expect(change).toBeGreaterThan(0.2 * energyNorm(grid, f));
    // 1e-3 of f in the inner norm; in this one at most 1e-3·√(1 + 4πD̄/G²) with the smallest G.
    const smallest = grid.normG2.slice(1).reduce((a, b) => Math.min(a, b));
    const mean = sumReal(states) / points;
    const bound = 1e-3 * Math.sqrt(1 + (4 * Math.PI * mean) / smallest);
    expect(error).toBeLessThan(bound * energyNorm(grid, f));
  });

  test("damps long waves where states are and leaves the density alone where there are none", async () => {
    const long = testGrid([2, 2, 160], [[4, 0, 0], [0, 4, 0], [0, 0, 160]]); // biome-ignore format: a matrix
    const z = (r: number) => Math.floor(r / 4);
    const inSlab = (r: number) => z(r) >= 20 && z(r) < 80;
    const states = asRealField(Float64Array.from({ length: long.points }, (_, r) => (inSlab(r) ? 0.06 : 0)));
    // The same wave packet of length 40, without charge or dipole, in the slab and in the vacuum.
    const packet = (from: number) =>
      asRealField(
        Float64Array.from({ length: long.points }, (_, r) => {
          const t = (z(r) - from) / 40;
          return t > 0 && t < 1 ? Math.sin(Math.PI * t) ** 2 * Math.cos(6 * Math.PI * t) : 0;
        }),
      );
    const size = (f: RealField) => Math.sqrt(f.reduce((sum, x) => sum + x * x, 0));
    const inside = await apply(packet(30), { states, grid: long });
    const outside = await apply(packet(100), { states, grid: long });
    // Kerker's factor in the bulk is G²/(G² + kTF²) ≈ 0.22 at this wavelength of 13 bohr.
    expect(size(inside)).toBeLessThan(0.35 * size(packet(30)));
    expect(size(outside)).toBeGreaterThan(0.9 * size(packet(100)));
    // Outside the slab δρ = f, up to the mean that conjugate gradients leave.
    const vacuum = (f: RealField) => f.filter((_, r) => !inSlab(r));
    notTiny(vacuum(packet(100)), 0.5);
    closeArrays(vacuum(outside), vacuum(packet(100)), 1e-3);
  });

  test("is the identity without states, and without temperature or width", async () => {
    const f = noise(points, 3);
    closeArrays(await apply(f, { states: constant(points, 0) }), f, 0);
    closeArrays(await apply(f, { states: constant(points, 9e-9) }), f, 0);
    const out = newRealField(points);
    const cold = sampleIterate({ grid, nSpin: 1, temperature: 0, states: constant(points, 0.1) });
    (await at(ldos(), cold))(out, f);
    closeArrays(out, f, 0);
    (await at(ldos({ width: 0.01 }), cold))(out, f);
    expect(largestDifference(out, f).error).toBeGreaterThan(0.1);
  });

  test("with two spins gives the total of one spin with the summed states", async () => {
    const states = unevenStates(grid, 2);
    const f = noise(2 * points, 4);
    const sum = (x: RealField) => asRealField(x.slice(0, points).map((v, r) => v + x[points + r]!));
    const out = await apply(f, { states, nSpin: 2 });
    const single = await apply(sum(f), { states: sum(states) });
    expect(largestDifference(single, sum(f)).error).toBeGreaterThan(0.1);
    closeArrays(sum(out), single, 1e-12);
    // Each spin changes in proportion to its own states.
    const change = out.map((x, i) => x - f[i]!);
    const excess = change.reduce((a, b) => a + b, 0) / change.length;
    expect(Math.abs(excess)).toBeLessThan(1e-12);
    const mean = (spin: number) => change[spin * points]! / states[spin * points]!;
    expect(Math.abs(mean(0))).toBeGreaterThan(0.1);
    close(mean(0) / mean(1), 1, 0.02);
  });

  test("asks for states of width max(T, min(0.05, 100 T)) Ha, or of the width it was given", async () => {
    const asked: number[] = [];
    const ask = async (temperature: number, preconditioner = ldos()) => {
      await at(
        preconditioner,
        sampleIterate({ grid, nSpin: 1, temperature, onWidth: (width) => asked.push(width) }),
      );
    };
    await ask(1e-4);
    await ask(0.01);
    await ask(0.3);
    await ask(0.01, ldos({ width: 0.02 }));
    expect(asked).toEqual([0.01, 0.05, 0.3, 0.02]);
  });

  test("shows its parameter and refuses widths that are none", () => {
    expect([ldos().name, ldos({ width: 0.1 }).name]).toEqual(["ldos", "ldos(width=0.1)"]);
    for (const width of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => ldos({ width })).toThrow(InputError);
      expect(() => ldos({ width })).toThrow(`got ${width}`);
    }
  });
});
