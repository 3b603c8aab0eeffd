import type { UniformGas } from "../functional.ts";
import { type Fit, ldaOf, POLARISATION_CURVATURE, withStiffness } from "./uniform-gas.ts";

/** Parameters of one fit [PW92 table I]. */
interface Parameters {
  readonly a: number;
  readonly alpha: number;
  readonly beta: readonly [number, number, number, number];
}

/**
 * The fit [PW92 eq. 10, p = 1]
 *
 *   G(r_s) = −2A (1 + α r_s) ln[1 + 1/(2A (β1 r_s^{1/2} + β2 r_s + β3 r_s^{3/2} + β4 r_s²))].
 *
 * @param divisor divides the value, for the spin stiffness.
 */
const fitOf =
  ({ a, alpha, beta: [b1, b2, b3, b4] }: Parameters, divisor = 1): Fit =>
  (out, rs) => {
    const root = Math.sqrt(rs);
    const q0 = -2 * a * (1 + alpha * rs);
    const q1 = 2 * a * root * (b1 + root * (b2 + root * (b3 + root * b4)));
    const q1Slope = a * (b1 / root + 2 * b2 + root * (3 * b3 + 4 * b4 * root));
    const log = Math.log1p(1 / q1);
    out[0] = (q0 * log) / divisor;
    out[1] = (-2 * a * alpha * log - (q0 * q1Slope) / (q1 * (q1 + 1))) / divisor;
  };

/** ε of Perdew and Wang [PW92 eqs. 8–10]: ε_P, ε_F and −α_c, each a fit. */
const perdewWang = (para: Parameters, ferro: Parameters, stiff: Parameters, curvature: number): UniformGas =>
  withStiffness(fitOf(para), fitOf(ferro), fitOf(stiff, -curvature));

const PARA = { alpha: 0.2137, beta: [7.5957, 3.5876, 1.6382, 0.49294] } as const;
const FERRO = { alpha: 0.20548, beta: [14.1189, 6.1977, 3.3662, 0.62517] } as const;
const STIFF = { alpha: 0.11125, beta: [10.357, 3.6231, 0.88026, 0.49671] } as const;

/** With the constants as printed. */
export const perdewWang92: UniformGas = perdewWang(
  { a: 0.031091, ...PARA },
  { a: 0.015545, ...FERRO },
  { a: 0.016887, ...STIFF },
  1.709921,
);

/** With more digits of A and f″(0), with which PBE correlation is defined. */
export const perdewWangMod: UniformGas = perdewWang(
  { a: 0.0310907, ...PARA },
  { a: 0.01554535, ...FERRO },
  { a: 0.0168869, ...STIFF },
  POLARISATION_CURVATURE,
);

/** Fitted anew by Ortiz and Ballone to their Monte Carlo energies [OB94]. */
const ortizBallone: UniformGas = perdewWang(
  { a: 0.031091, alpha: 0.026481, beta: [7.5957, 3.5876, -0.46647, 0.13354] },
  { a: 0.015545, alpha: 0.022465, beta: [14.1189, 6.1977, -0.56043, 0.11313] },
  { a: 0.016887, ...STIFF },
  1.709921,
);

export const ldaCPw = ldaOf("lda_c_pw", perdewWang92);
export const ldaCPwMod = ldaOf("lda_c_pw_mod", perdewWangMod);
export const ldaCObPw = ldaOf("lda_c_ob_pw", ortizBallone);
