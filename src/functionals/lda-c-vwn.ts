import type { UniformGas } from "./functional.ts";
import { ldaOf, POLARISATION_CURVATURE, polarisation, polarisationSlope } from "./uniform-gas.ts";

/** One Padé fit in x = √r_s, with X(x) = x² + bx + c [VWN80 eq. 4.4]. */
interface Fit {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly x0: number;
  /** Q = √(4c − b²). */
  readonly q: number;
}

const padeFit = (a: number, b: number, c: number, x0: number): Fit => ({
  a,
  b,
  c,
  x0,
  q: Math.sqrt(4 * c - b * b),
});

const PARA = padeFit(0.0310907, 3.72744, 12.9352, -0.10498);
const FERRO = padeFit(0.01554535, 7.06042, 18.0578, -0.325);
/** Spin stiffness α_c. */
const STIFF = padeFit(-1 / (6 * Math.PI * Math.PI), 1.13107, 13.0045, -0.0047584);

/**
 * out ← (E, dE/dr_s) with
 *
 *   E = A { ln(x²/X) + (2b/Q) t − (b x0/X(x0)) [ln((x − x0)²/X) + (2(b + 2x0)/Q) t] },   t = arctan(Q/(2x + b))
 */
function fitInto(out: Float64Array, { a, b, c, x0, q }: Fit, x: number): void {
  const poly = x * x + b * x + c;
  const polySlope = 2 * x + b;
  const t = Math.atan(q / polySlope);
  const tSlope = -q / (2 * poly); // (2x + b)² + Q² = 4X
  const share = (b * x0) / (x0 * x0 + b * x0 + c);
  const twist = 2 * (b + 2 * x0);
  out[0] =
    a *
    (Math.log((x * x) / poly) +
      ((2 * b) / q) * t -
      share * (Math.log((x - x0) ** 2 / poly) + (twist / q) * t));
  const slope =
    2 / x -
    polySlope / poly +
    ((2 * b) / q) * tSlope -
    share * (2 / (x - x0) - polySlope / poly + (twist / q) * tSlope);
  out[1] = (a * slope) / (2 * x);
}

/** Vosko–Wilk–Nusair correlation, their fit 5: ε = ε_P + αc (f/f″(0)) (1 − ζ⁴) + (ε_F − ε_P) f ζ⁴ [VWN80]. */
const voskoWilkNusair: UniformGas = () => {
  const at = new Float64Array(2);
  return (out, rs, zeta) => {
    const x = Math.sqrt(rs);
    fitInto(at, PARA, x);
    const para = at[0]!;
    const paraSlope = at[1]!;
    if (zeta === 0) {
      out[0] = para;
      out[1] = paraSlope;
      out[2] = 0;
      return;
    }
    fitInto(at, FERRO, x);
    const rise = at[0]! - para;
    const riseSlope = at[1]! - paraSlope;
    fitInto(at, STIFF, x);
    const stiffness = at[0]! / POLARISATION_CURVATURE;
    const stiffnessSlope = at[1]! / POLARISATION_CURVATURE;
    const f = polarisation(zeta);
    const z3 = zeta * zeta * zeta;
    const z4 = z3 * zeta;
    const mix = stiffness * (1 - z4) + rise * z4;
    out[0] = para + f * mix;
    out[1] = paraSlope + f * (stiffnessSlope * (1 - z4) + riseSlope * z4);
    out[2] = polarisationSlope(zeta) * mix + 4 * z3 * f * (rise - stiffness);
  };
};

export const ldaCVwn = ldaOf("lda_c_vwn", voskoWilkNusair);
