import {
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
} from "../kernels/fields.ts";
import type { DipoleLayer } from "../terms/dipole/dipole-layer.ts";
import type { ApplyPreconditioner, Iterate, Preconditioner } from "./preconditioner.ts";

/**
 * Takes the kernel of a dipole correction, (4π/Ω) u uᵀ, into a preconditioner P = 1 − χ̃₀ v:
 *
 *   P′ = P − χ̃₀ c u uᵀ,   P′⁻¹ f = P⁻¹ f − w c (u·P⁻¹ f)/(1 + c u·w),   w = −P⁻¹ χ̃₀ u
 *
 * with c = 4π/Ω times the volume of a point. As v q = u for the charges q = −∇²u/4π of a dipole
 * layer in the vacuum, −χ̃₀ u = (P − 1) q and w = q − P⁻¹ q: P itself says what its susceptibility
 * is. Without it one eigenvalue of P⁻¹ε of a metal is L/(L − d) for a slab of thickness d in a cell
 * of height L.
 *
 * What is the same everywhere knows no vacuum, and stays as it is: filters of plane waves, which
 * have no `transposedAt`.
 */
export function withDipole(inner: Preconditioner, layer: DipoleLayer): Preconditioner {
  const { transposedAt } = inner;
  if (transposedAt === undefined) return inner;
  return {
    ...inner,
    at: async (iterate, states) => {
      const heights = heightsOf(layer, iterate);
      const apply = await inner.at(iterate, states);
      const { response, factor } = await responseTo(heights, iterate, apply);
      return async (out, residual) => {
        await apply(out, residual);
        add(out, -factor * dotReal(heights, out), response);
      };
    },
    transposedAt: async (iterate, states) => {
      const heights = heightsOf(layer, iterate);
      const { response, factor } = await responseTo(heights, iterate, await inner.at(iterate, states));
      const apply = await transposedAt(iterate, states);
      const screened = newRealField(heights.length);
      await apply(screened, heights);
      return async (out, residual) => {
        await apply(out, residual);
        add(out, -factor * dotReal(response, residual), screened);
      };
    },
  };
}

/** out ← out + s x. */
function add(out: RealField, s: number, x: ReadonlyRealField): void {
  for (let r = 0; r < out.length; r++) out[r]! += s * x[r]!;
}

/** Returns u of every spin [bohr], shape [nSpin·N]. */
function heightsOf(layer: DipoleLayer, { grid, nSpin }: Iterate): RealField {
  const out = newRealField(nSpin * grid.points);
  layer.addTo(out, 1);
  return out;
}

/** Returns w, and c/(1 + c u·w) with the volume of a point in c. */
async function responseTo(
  heights: ReadonlyRealField,
  { grid, nSpin }: Iterate,
  apply: ApplyPreconditioner,
): Promise<{ readonly response: RealField; readonly factor: number }> {
  const { points, normG2, dvol, lattice } = grid;
  const waves = grid.toFourier(spinComponent(heights, 0, points));
  for (let g = 0; g < points; g++) {
    const perSpin = normG2[g]! / (4 * Math.PI * nSpin);
    waves[2 * g]! *= perSpin;
    waves[2 * g + 1]! *= perSpin;
  }
  const charges = newRealField(nSpin * points);
  for (let spin = 0; spin < nSpin; spin++) grid.inverse(spinComponent(charges, spin, points), waves);
  const response = newRealField(charges.length);
  await apply(response, charges);
  for (let r = 0; r < response.length; r++) response[r] = charges[r]! - response[r]!;
  const strength = (4 * Math.PI * dvol) / lattice.volume;
  return { response, factor: strength / (1 + strength * Math.max(0, dotReal(heights, response))) };
}
