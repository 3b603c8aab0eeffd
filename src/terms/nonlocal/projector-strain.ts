import { projectorFourier, projectorFourierDerivative } from "../../atoms/pseudopotential-formulas.ts";
import type { KPoint } from "../../basis/kpoint.ts";
import { solidHarmonic, solidHarmonicGradient } from "../../common/special/spherical-harmonics.ts";
import type { Vec3 } from "../../common/vec3.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Species } from "../../model/model.ts";
import { diagonalChannels, type ProjectorForm } from "./projectors.ts";

/** Gradient of a projector's form factor by q = k+G, [planeWaves] for each direction. */
export interface FormGradient {
  readonly l: number;
  readonly gradient: readonly [Float64Array, Float64Array, Float64Array];
}

/**
 * Returns ∇(P(q) Y_lm(q)) of every projector of one species, in the order of `nonlocalProjectors`,
 * with P = Σ_i U_ia P_i:
 *
 *   ∇(P Y) = P' Y q/|q| + P (∇S/|q|^l − l S q/|q|^{l+2}),   S = |q|^l Y
 *
 * At q = 0 it is 0, because it is used multiplied by q.
 */
export function formGradients(
  kernels: Kernels,
  { pseudopotential }: Species,
  { planeWaves: n, kPlusG }: KPoint,
): FormGradient[] {
  const at = (g: number): Vec3 => [kPlusG[3 * g]!, kPlusG[3 * g + 1]!, kPlusG[3 * g + 2]!];
  const lengths = Float64Array.from({ length: n }, (_, g) => Math.hypot(...at(g)));
  return diagonalChannels(kernels, pseudopotential).flatMap(({ l, values, vectors }) => {
    const radial = vectors.map((_, i) => lengths.map((q) => projectorFourier(pseudopotential, l, i + 1, q)));
    const slopes = vectors.map((_, i) =>
      lengths.map((q) => projectorFourierDerivative(pseudopotential, l, i + 1, q)),
    );
    const combine = (functions: readonly Float64Array[], a: number, g: number) =>
      functions.reduce((sum, f, i) => sum + vectors[i]![a]! * f[g]!, 0);
    return Array.from({ length: 2 * l + 1 }, (_, im) => im - l).flatMap((m) =>
      Array.from(values.keys())
        .filter((a) => values[a] !== 0)
        .map((a) => {
          const gradient = [0, 1, 2].map(() => new Float64Array(n));
          for (let g = 0; g < n; g++) {
            const q = lengths[g]!;
            if (q === 0) continue;
            const direction = at(g);
            const solid = solidHarmonic(l, m, direction);
            const slope = solidHarmonicGradient(l, m, direction);
            const value = combine(radial, a, g);
            const along = (combine(slopes, a, g) / q - (l * value) / (q * q)) * (solid / q ** l);
            for (let c = 0; c < 3; c++)
              gradient[c]![g] = along * direction[c]! + (value * slope[c]!) / q ** l;
          }
          return { l, gradient: gradient as [Float64Array, Float64Array, Float64Array] };
        }),
    );
  });
}

/** Returns ∂/∂ε_ab of form factors under a strain q → (1 − ε) q: −½ (q_a ∂_b + q_b ∂_a). */
export const strainedForms = (
  gradients: readonly FormGradient[],
  { planeWaves, kPlusG }: KPoint,
  a: number,
  b: number,
): ProjectorForm[] =>
  gradients.map(({ l, gradient }) => ({
    l,
    form: Float64Array.from(
      { length: planeWaves },
      (_, g) => -0.5 * (kPlusG[3 * g + a]! * gradient[b]![g]! + kPlusG[3 * g + b]! * gradient[a]![g]!),
    ),
  }));
