import type { Functional } from "../../functionals/functional.ts";

/**
 * First and second derivatives of the energy per volume e(u) at every point, u being the spin
 * densities and, for gradient functionals, σ: (ρ) · (ρ, σ) · (ρ↑, ρ↓) · (ρ↑, ρ↓, σ↑↑, σ↑↓, σ↓↓).
 */
export interface FunctionalCurvature {
  /** ∂e/∂u_a, each of shape [N]. */
  readonly slopes: readonly Float64Array[];
  /** ∂²e/∂u_a∂u_b at [a][b], symmetric, each of shape [N]. */
  readonly curvatures: readonly (readonly Float64Array[])[];
}

/** Step of the differences relative to the variable; see `functionalCurvature`. */
const STEP = 1e-3;

/**
 * Computes second derivatives as differences of the functionals' first derivatives at each point:
 *
 *   ∂²e/∂u_a∂u_b = [8 (e_a(u_b + h) − e_a(u_b − h)) − (e_a(u_b + 2h) − e_a(u_b − 2h))]/12h
 *
 * with h = u_b/1000. For powers of the density, which all functionals resemble, truncation and
 * rounding are of the order 10⁻¹². The step is relative, for a vacuum as for a core. Where a
 * variable is zero its column is zero. σ↑↓ may have any sign and is stepped by √(σ↑↑σ↓↓)/1000.
 *
 * @param variables u, one array of shape [N] each.
 */
export function functionalCurvature(
  functionals: readonly Functional[],
  nSpin: 1 | 2,
  variables: readonly Float64Array[],
): FunctionalCurvature {
  const points = variables[0]!.length;
  const count = variables.length;
  const sizes = variables.map((_, b) => stepSizes(variables, nSpin, b));
  const slopesAt = (shifted: number, steps: number): Float64Array[] => {
    const u = new Float64Array(count * points);
    variables.forEach((values, a) => {
      u.set(values, a * points);
    });
    for (let r = 0; r < points; r++) u[shifted * points + r]! += steps * sizes[shifted]![r]!;
    const [rho, sigma] = [u.subarray(0, nSpin * points), u.subarray(nSpin * points)];
    const derivatives = new Float64Array(count * points);
    const out = {
      energy: new Float64Array(points),
      vrho: derivatives.subarray(0, nSpin * points),
      vsigma: derivatives.subarray(nSpin * points),
    };
    for (const functional of functionals)
      functional.evaluate(nSpin, rho, functional.kind === "gga" ? sigma : null, out);
    return variables.map((_, a) => derivatives.slice(a * points, (a + 1) * points));
  };

  const curvatures = variables.map(() => variables.map(() => new Float64Array(points)));
  variables.forEach((_, b) => {
    const [up, down, up2, down2] = [1, -1, 2, -2].map((steps) => slopesAt(b, steps)) as [Float64Array[], Float64Array[], Float64Array[], Float64Array[]]; // biome-ignore format: four values
    const size = sizes[b]!;
    for (let a = 0; a < count; a++)
      for (let r = 0; r < points; r++) {
        const near = 8 * (up[a]![r]! - down[a]![r]!) - (up2[a]![r]! - down2[a]![r]!);
        if (size[r]! > 0) curvatures[a]![b]![r] = near / (12 * size[r]!);
      }
  });
  // Both orders are averaged, so that rounding leaves the kernel self-adjoint. An order without a
  // step is left out; so is a step in σ for the slope of a density: as σ → 0 its rounding exceeds
  // all that ∇ρ contributes to δσ.
  for (let a = 0; a < count; a++)
    for (let b = 0; b < a; b++) {
      const isMixed = b < nSpin && a >= nSpin;
      for (let r = 0; r < points; r++) {
        const [byA, byB] = [!isMixed && sizes[a]![r]! > 0 ? 1 : 0, sizes[b]![r]! > 0 ? 1 : 0];
        const sum = byB * curvatures[a]![b]![r]! + byA * curvatures[b]![a]![r]!;
        const mean = sum / Math.max(1, byA + byB);
        curvatures[a]![b]![r] = mean;
        curvatures[b]![a]![r] = mean;
      }
    }
  return { slopes: slopesAt(0, 0), curvatures };
}

function stepSizes(variables: readonly Float64Array[], nSpin: 1 | 2, b: number): Float64Array {
  if (nSpin === 2 && b === 3) return variables[2]!.map((uu, r) => STEP * Math.sqrt(uu * variables[4]![r]!));
  return variables[b]!.map((value) => STEP * Math.max(value, 0));
}
