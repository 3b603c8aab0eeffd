import type { UniformGas } from "./functional.ts";
import { ldaOf, polarisation, polarisationSlope } from "./uniform-gas.ts";

/** Parameters of one polarisation [PZ81 table XII]. */
interface Fit {
  readonly gamma: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const PARA: Fit = {
  gamma: -0.1423,
  beta1: 1.0529,
  beta2: 0.3334,
  a: 0.0311,
  b: -0.048,
  c: 0.002,
  d: -0.0116,
};
const FERRO: Fit = {
  gamma: -0.0843,
  beta1: 1.3981,
  beta2: 0.2611,
  a: 0.01555,
  b: -0.0269,
  c: 0.0007,
  d: -0.0048,
};

/** out ← (ε, dε/dr_s): γ/(1 + β1 √r_s + β2 r_s) for r_s ≥ 1, A ln r_s + B + C r_s ln r_s + D r_s below [PZ81 eqs. C3, C5]. */
function fitInto(out: Float64Array, p: Fit, rs: number): void {
  if (rs >= 1) {
    const root = Math.sqrt(rs);
    const bottom = 1 + p.beta1 * root + p.beta2 * rs;
    out[0] = p.gamma / bottom;
    out[1] = (-p.gamma * (p.beta1 / (2 * root) + p.beta2)) / (bottom * bottom);
  } else {
    const log = Math.log(rs);
    out[0] = p.a * log + p.b + rs * (p.c * log + p.d);
    out[1] = p.a / rs + p.c * (log + 1) + p.d;
  }
}

/** Perdew–Zunger fit to the quantum Monte Carlo energies of Ceperley and Alder: ε = ε_P + f(ζ) (ε_F − ε_P). */
const perdewZunger: UniformGas = () => {
  const at = new Float64Array(2);
  return (out, rs, zeta) => {
    fitInto(at, PARA, rs);
    const para = at[0]!;
    const paraSlope = at[1]!;
    fitInto(at, FERRO, rs);
    const f = polarisation(zeta);
    out[0] = para + f * (at[0]! - para);
    out[1] = paraSlope + f * (at[1]! - paraSlope);
    out[2] = polarisationSlope(zeta) * (at[0]! - para);
  };
};

export const ldaCPz = ldaOf("lda_c_pz", perdewZunger);
