import type { Functional, UniformGas } from "../functional.ts";

/** Densities below this [bohr⁻³] are vacuum for every LDA and for exchange. */
export const DENSITY_THRESHOLD = 1e-15;

const RS_OF_DENSITY = (3 / (4 * Math.PI)) ** (1 / 3);

/** r_s = (3/(4πn))^{1/3}. */
export const wignerSeitzRadius = (density: number): number => RS_OF_DENSITY / Math.cbrt(density);

/** n^{1/3} at r_s. */
export const cubeRootOfDensity = (rs: number): number => RS_OF_DENSITY / rs;

/**
 * The LDA of an energy per particle: e = n ε(r_s, ζ).
 *
 *   ∂e/∂ρ↑ = ε − (r_s/3) ∂ε/∂r_s + (1 − ζ) ∂ε/∂ζ,   ∂e/∂ρ↓ = ε − (r_s/3) ∂ε/∂r_s − (1 + ζ) ∂ε/∂ζ
 */
export function ldaOf(name: string, uniformGas: UniformGas): Functional {
  return {
    name,
    kind: "lda",
    evaluate(nSpin, rho, _sigma, { energy, vrho }) {
      const n = energy.length;
      const at = new Float64Array(3);
      for (let r = 0; r < n; r++) {
        const up = nSpin === 1 ? rho[r]! : Math.max(rho[r]!, 0);
        const down = nSpin === 1 ? 0 : Math.max(rho[n + r]!, 0);
        const density = up + down;
        if (!(density >= DENSITY_THRESHOLD)) continue;
        const rs = wignerSeitzRadius(density);
        const zeta = nSpin === 1 ? 0 : (up - down) / density;
        uniformGas(at, rs, zeta);
        const common = at[0]! - (rs / 3) * at[1]!;
        energy[r]! += density * at[0]!;
        vrho[r]! += common + (1 - zeta) * at[2]!;
        if (nSpin === 2) vrho[n + r]! += common - (1 + zeta) * at[2]!;
      }
    },
  };
}

const F_NORM = 1 / (2 ** (4 / 3) - 2);

/** f(ζ) = [(1 + ζ)^{4/3} + (1 − ζ)^{4/3} − 2]/(2^{4/3} − 2) [BH72]: 0 at ζ = 0, 1 at ζ = ±1. */
export const polarisation = (zeta: number): number =>
  zeta === 0 ? 0 : F_NORM * ((1 + zeta) * Math.cbrt(1 + zeta) + (1 - zeta) * Math.cbrt(1 - zeta) - 2);

/** f′(ζ). */
export const polarisationSlope = (zeta: number): number =>
  zeta === 0 ? 0 : (4 / 3) * F_NORM * (Math.cbrt(1 + zeta) - Math.cbrt(1 - zeta));

/** f″(0) = 4/(9 (2^{1/3} − 1)). */
export const POLARISATION_CURVATURE = 4 / (9 * (2 ** (1 / 3) - 1));

/** A fit in r_s: writes (ε, dε/dr_s) to `out`, given r_s. */
export type Fit = (out: Float64Array, rs: number) => void;

/** Joins the two gases by f(ζ) alone [BH72]: ε = ε_P + f(ζ) (ε_F − ε_P). */
export const betweenPolarisations =
  (para: Fit, ferro: Fit): UniformGas =>
  (out, rs, zeta) => {
    para(out, rs);
    out[2] = 0;
    if (zeta === 0) return;
    const energy = out[0]!;
    const slope = out[1]!;
    ferro(out, rs);
    const rise = out[0]! - energy;
    const f = polarisation(zeta);
    out[0] = energy + f * rise;
    out[1] = slope + f * (out[1]! - slope);
    out[2] = polarisationSlope(zeta) * rise;
  };

/**
 * Joins them with a spin stiffness α_c, the curvature at ζ = 0 [VWN80]:
 *
 *   ε = ε_P + (α_c/f″(0)) f(ζ) (1 − ζ⁴) + (ε_F − ε_P) f(ζ) ζ⁴
 *
 * @param stiffness writes α_c/f″(0) [Ha].
 */
export const withStiffness =
  (para: Fit, ferro: Fit, stiffness: Fit): UniformGas =>
  (out, rs, zeta) => {
    para(out, rs);
    out[2] = 0;
    if (zeta === 0) return;
    const energy = out[0]!;
    const slope = out[1]!;
    ferro(out, rs);
    const rise = out[0]! - energy;
    const riseSlope = out[1]! - slope;
    stiffness(out, rs);
    const f = polarisation(zeta);
    const z3 = zeta * zeta * zeta;
    const z4 = z3 * zeta;
    const stiff = out[0]!;
    const mix = stiff * (1 - z4) + rise * z4;
    out[0] = energy + f * mix;
    out[1] = slope + f * (out[1]! * (1 - z4) + riseSlope * z4);
    out[2] = polarisationSlope(zeta) * mix + 4 * z3 * f * (rise - stiff);
  };
