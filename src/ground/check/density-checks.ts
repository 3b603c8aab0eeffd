import type { PlaneWaveBasis } from "../../basis/plane-wave-basis.ts";
import {
  asRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
  sumReal,
} from "../../kernels/fields.ts";
import { levelCapacity } from "../../model/model.ts";
import { densityDistance } from "../../scf/solve-potential.ts";
import type { ScfStep } from "../../scf/state.ts";
import { type Check, short, upTo } from "./check.ts";

/** Rounding of sums over grid and bands, relative to what is added. */
const ROUNDING = 1e-11;

/**
 * Checks the density of a step.
 *
 * @param made the density of its orbitals, made anew [bohr⁻³], shape [nSpin·N].
 * @param weights f_n w_k of each block [electrons].
 */
export function densityChecks(
  basis: PlaneWaveBasis,
  { rhoIn, rhoOut, row, levels, occupation }: ScfStep,
  made: RealField,
  weights: readonly Float64Array[],
): Check[] {
  const { model, grid, operations } = basis;
  const { nSpin, electrons } = model;
  const held = Array.from({ length: nSpin }, (_, spin) =>
    weights.reduce((sum, w, i) => ((levels[i]!.spin ?? 0) === spin ? sum + sumOf(w) : sum), 0),
  );
  const integrals = held.map(
    (_, spin) => grid.dvol * sumReal(spinComponent(rhoOut, spin, grid.points) as RealField),
  );
  const both = nSpin === 2 ? ` (${integrals.map((x) => x.toFixed(6)).join(" up and ")} down)` : "";
  const distance = densityDistance(basis, made, rhoOut);
  const size = densityDistance(basis, rhoOut, asRealField(new Float64Array(rhoOut.length)));
  const residual = densityDistance(basis, made, rhoIn);
  const [least, most] = extremes(rhoOut);
  const negative = Math.max(0, ...occupation.occupations.map((f) => -f.reduce((a, b) => Math.min(a, b), 0)));
  return [
    upTo(
      "electrons in the levels",
      Math.abs(sumOf(held) - electrons),
      ROUNDING * electrons,
      "rounding of sums over levels",
      `occupations times weights add up to ${sumOf(held).toFixed(9)} electrons of ${electrons}`,
    ),
    upTo(
      "electrons in the density",
      Math.max(...integrals.map((x, spin) => Math.abs(x - held[spin]!))),
      ROUNDING * electrons,
      "rounding of sums over the grid",
      `the density holds ${sumOf(integrals).toFixed(9)} electrons${both}, the levels ${sumOf(held).toFixed(9)}`,
    ),
    upTo(
      "density of the orbitals",
      distance,
      ROUNDING * size,
      "rounding of the same sums in another order",
      `the density made anew from the orbitals is ${short(distance)} bohr^-3/2 from the result's`,
    ),
    upTo(
      "self-consistency",
      residual,
      row.densityResidual + ROUNDING * size,
      "the residual that met the tolerance of the run",
      `the density of the orbitals is ${short(residual)} bohr^-3/2 from the one whose potential they were found in, where the run says ${short(row.densityResidual)}`,
    ),
    upTo(
      "density not negative",
      Math.max(0, -least),
      (ROUNDING + negative / levelCapacity(model)) * most,
      negative > 0 ? "this smearing has negative occupations" : "rounding of the average over the symmetry",
      `the smallest density is ${short(least)} bohr^-3, the largest ${short(most)}`,
    ),
    ...(operations.length > 1 ? [symmetryCheck(basis, rhoOut, most)] : []),
  ];
}

function symmetryCheck(
  { symmetrize, operations }: PlaneWaveBasis,
  rho: ReadonlyRealField,
  most: number,
): Check {
  const mean = asRealField(Float64Array.from(rho));
  symmetrize(mean);
  let error = 0;
  for (let r = 0; r < mean.length; r++) error = Math.max(error, Math.abs(mean[r]! - rho[r]!));
  return upTo(
    "symmetry of the density",
    error,
    ROUNDING * most,
    "rounding of the average over the symmetry",
    `the density is ${short(error)} bohr^-3 from its mean over ${operations.length} operations`,
  );
}

const sumOf = (x: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum;
};

function extremes(f: ReadonlyRealField): readonly [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let r = 0; r < f.length; r++) {
    least = Math.min(least, f[r]!);
    most = Math.max(most, Math.abs(f[r]!));
  }
  return [least, most];
}
