import type { UniformGas } from "./functional.ts";
import { ldaOf, POLARISATION_CURVATURE, polarisation, polarisationSlope } from "./uniform-gas.ts";

/** One fit G(r_s) = −2A (1 + α r_s) ln[1 + 1/(2A (β1 r_s^{1/2} + β2 r_s + β3 r_s^{3/2} + β4 r_s²))] [PW92 eq. 10, p = 1]. */
interface Fit {
  readonly a: number;
  readonly alpha: number;
  readonly beta: readonly [number, number, number, number];
}

/** out ← (G, dG/dr_s). */
function fitInto(
  out: Float64Array,
  { a, alpha, beta: [b1, b2, b3, b4] }: Fit,
  rs: number,
  root: number,
): void {
  const q0 = -2 * a * (1 + alpha * rs);
  const q1 = 2 * a * root * (b1 + root * (b2 + root * (b3 + root * b4)));
  const q1Slope = a * (b1 / root + 2 * b2 + root * (3 * b3 + 4 * b4 * root));
  const log = Math.log1p(1 / q1);
  out[0] = q0 * log;
  out[1] = -2 * a * alpha * log - (q0 * q1Slope) / (q1 * (q1 + 1));
}

/**
 * Perdew–Wang correlation of the uniform gas [PW92 eqs. 8–10, table I]:
 *
 *   ε = ε0 + αc (f(ζ)/f″(0)) (1 − ζ⁴) + (ε1 − ε0) f(ζ) ζ⁴,     ε0, ε1, −αc each a fit G(r_s)
 */
function perdewWang(para: Fit, ferro: Fit, minusStiffness: Fit, curvature: number): UniformGas {
  return () => {
    const fit = new Float64Array(2);
    return (out, rs, zeta) => {
      const root = Math.sqrt(rs);
      fitInto(fit, para, rs, root);
      const e0 = fit[0]!;
      const e0Slope = fit[1]!;
      if (zeta === 0) {
        out[0] = e0;
        out[1] = e0Slope;
        out[2] = 0;
        return;
      }
      fitInto(fit, ferro, rs, root);
      const rise = fit[0]! - e0;
      const riseSlope = fit[1]! - e0Slope;
      fitInto(fit, minusStiffness, rs, root);
      const stiffness = -fit[0]! / curvature;
      const stiffnessSlope = -fit[1]! / curvature;
      const f = polarisation(zeta);
      const fSlope = polarisationSlope(zeta);
      const z3 = zeta * zeta * zeta;
      const z4 = z3 * zeta;
      out[0] = e0 + f * (stiffness * (1 - z4) + rise * z4);
      out[1] = e0Slope + f * (stiffnessSlope * (1 - z4) + riseSlope * z4);
      out[2] = fSlope * (stiffness * (1 - z4) + rise * z4) + 4 * z3 * f * (rise - stiffness);
    };
  };
}

const PARA = { alpha: 0.2137, beta: [7.5957, 3.5876, 1.6382, 0.49294] } as const;
const FERRO = { alpha: 0.20548, beta: [14.1189, 6.1977, 3.3662, 0.62517] } as const;
const STIFF = { alpha: 0.11125, beta: [10.357, 3.6231, 0.88026, 0.49671] } as const;

/** With the constants as printed. */
export const ldaCPw = ldaOf(
  "lda_c_pw",
  perdewWang({ a: 0.031091, ...PARA }, { a: 0.015545, ...FERRO }, { a: 0.016887, ...STIFF }, 1.709921),
);

/** With more digits of A and f″(0), as in the authors' PBE code; PBE correlation is defined with these. */
export const perdewWangMod: UniformGas = perdewWang(
  { a: 0.0310907, ...PARA },
  { a: 0.01554535, ...FERRO },
  { a: 0.0168869, ...STIFF },
  POLARISATION_CURVATURE,
);

export const ldaCPwMod = ldaOf("lda_c_pw_mod", perdewWangMod);
