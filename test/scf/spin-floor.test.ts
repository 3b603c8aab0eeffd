import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { asRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import { keepBothSpins } from "../../src/scf/rules/spin-floor.ts";
import { close, closeArrays } from "../close.ts";

const N = 40;
const NONE = () => {};
/** Two spin densities between `least` and `least` + 1. */
const densities = (seed: number, least = 0.1): RealField => {
  const { uniform } = random(seed);
  return asRealField(Float64Array.from({ length: 2 * N }, () => least + uniform()));
};
const exchanged = (rho: RealField): RealField =>
  asRealField(Float64Array.of(...rho.subarray(N), ...rho.subarray(0, N)));

/** An extrapolation of thrice the step: some of it is negative. */
function overshoot() {
  const [rhoIn, rhoOut] = [densities(1), densities(2)];
  return { rhoIn, rhoOut, next: asRealField(rhoIn.map((x, i) => x + 3 * (rhoOut[i]! - x))) };
}

describe("keepBothSpins", () => {
  test("leaves no spin less than a tenth of what came out, and keeps the electrons", () => {
    const { rhoIn, rhoOut, next } = overshoot();
    const electrons = sumReal(next);
    expect(next.filter((x) => x < 0).length).toBeGreaterThan(5);
    const kept = keepBothSpins(asRealField(next.slice()), rhoIn, rhoOut, NONE);
    close(sumReal(kept), electrons, 1e-12);
    // Points above the floor all shrink by one factor; those at it were lifted before.
    const factor = Math.min(...kept.map((x, i) => (next[i]! > 0.5 ? x / next[i]! : 1)));
    expect(factor).toBeGreaterThan(0.5);
    kept.forEach((x, i) => {
      close(x, factor * Math.max(next[i]!, 0.1 * rhoOut[i]!), 1e-13);
    });
  });

  test("fills a point that was emptied, however often a step empties it", () => {
    // Seen red with a floor that is a part of the smaller of ρin and ρout: the point stays empty.
    const { rhoOut, next } = overshoot();
    let rhoIn = densities(1);
    for (let step = 0; step < 10; step++)
      rhoIn = keepBothSpins(asRealField(next.slice()), rhoIn, rhoOut, NONE);
    expect(Math.min(...rhoIn.map((x, i) => x / rhoOut[i]!))).toBeGreaterThan(0.05);
  });

  test("does not touch a density that keeps above it, nor a damped step of a tenth or more", () => {
    const { rhoIn, rhoOut } = overshoot();
    for (const damping of [0.1, 0.8, 1]) {
      const next = asRealField(rhoIn.map((x, i) => x + damping * (rhoOut[i]! - x)));
      closeArrays(keepBothSpins(asRealField(next.slice()), rhoIn, rhoOut, NONE), next, 0);
    }
  });

  test("leaves vacuum alone, and a spin that is not there", () => {
    const thin = asRealField(densities(1).map((x) => 1e-7 * x));
    const ripples = asRealField(thin.map((x, i) => (i % 3 === 0 ? -x : x)));
    closeArrays(keepBothSpins(asRealField(ripples.slice()), thin, thin, NONE), ripples, 0);
    const up = asRealField(densities(3).fill(0, N)); // one electron of spin ↑
    closeArrays(keepBothSpins(asRealField(up.slice()), up, up, NONE), up, 0);
  });

  test("does the same to both spins", () => {
    const { rhoIn, rhoOut, next } = overshoot();
    const straight = keepBothSpins(asRealField(next.slice()), rhoIn, rhoOut, NONE);
    const reversed = keepBothSpins(exchanged(next), exchanged(rhoIn), exchanged(rhoOut), NONE);
    closeArrays(exchanged(reversed), straight, 1e-14); // the sums run in another order
  });
});

test("why it is needed: the potential PBE's correlation has for an emptied spin grows as (1 − ζ)^(−1/3), without end", () => {
  const minority = (rho: number) => {
    const out = { energy: new Float64Array(1), vrho: new Float64Array(2), vsigma: new Float64Array(3) };
    const [pbe] = functionals(["gga_c_pbe"]);
    pbe!.evaluate(2, Float64Array.of(3, rho), Float64Array.of(200, 0, 0), out);
    return out.vrho[1]!;
  };
  const wall = minority(3e-12);
  expect(wall).toBeGreaterThan(100);
  // A factor of 10⁻³ in 1 − ζ is one of 10; the next power of it is 10⁻³ smaller.
  close((wall - minority(3e-9)) / (minority(3e-9) - minority(3e-6)), 10, 0.02);
});
