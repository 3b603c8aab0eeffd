import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import {
  asRealField,
  dotReal,
  newFourierField,
  newRealField,
  type RealField,
  sumReal,
} from "../kernels/fields.ts";
import { conjugateGradients } from "../solvers/conjugate-gradients.ts";
import type { Preconditioner } from "./preconditioner.ts";

/**
 * LDOS preconditioner: P = 1 − χ̃₀ v with the local susceptibility that the density of states at the Fermi level gives
 * for slowly varying potentials [HL21]. It is Kerker's in a bulk metal, the identity in a gap or in vacuum,
 * and finds out by itself which of them it is in, place by place.
 *
 *   χ̃₀(r, r′) = −D_σ(r) δ(r − r′) + D_σ(r) D_σ′(r′)/D,   D = Σ_σ ∫ D_σ
 *
 * The equation P δρ = f is solved in the symmetric form of `solveSymmetric`; the Fermi level's response, the second
 * part of χ̃₀, keeps ∫δρ = 0 there, and the mean of f is carried past it.
 *
 * @param width broadening of the density of states [Ha]. Default: max(T, min(0.1, 100 T)) for smearing width T, which
 *   averages over enough levels not to see the discreteness of the k-grid (the authors' later choice, in DFTK).
 * @throws InputError if `width` is not positive and finite.
 */
export function ldos({ width }: { readonly width?: number } = {}): Preconditioner {
  requireInput(
    width === undefined || (Number.isFinite(width) && width > 0),
    () => `scf.mixing.width: must be a positive energy in Ha, got ${width}; leave it out for the default`,
  );
  return {
    name: width === undefined ? "ldos" : `ldos(width=${width})`,
    async at({ grid, temperature, localDensityOfStates }) {
      const identity = (out: RealField, residual: Parameters<typeof dotReal>[0]) => {
        for (let r = 0; r < out.length; r++) out[r] = residual[r]!;
      };
      const broadening = width ?? Math.max(temperature, Math.min(0.1, 100 * temperature));
      if (!(broadening > 0)) return identity;
      const states = await localDensityOfStates(broadening);
      const total = sumReal(states) * grid.dvol;
      // No states at the Fermi level: an insulator, where the model says P = 1.
      if (!(Math.max(...chunkMaxima(states)) > 1e-8)) return identity;
      const solve = susceptibilitySolver(grid, states, total);
      return (out, residual) => solve(out, residual);
    },
  };
}

/** Largest values of blocks of f: spreading a whole grid into Math.max would overflow the stack. */
function chunkMaxima(f: RealField): number[] {
  const out: number[] = [];
  for (let at = 0; at < f.length; at += 4096) out.push(Math.max(...f.subarray(at, at + 4096)));
  return out;
}

/**
 * Solves (1 − χ̃₀ v) δρ = f. With u = v^{½} δρ on G ≠ 0 the operator is symmetric and at least one,
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} f,     δρ = f + χ̃₀ v^{½} u,
 *
 * so conjugate gradients apply; they are preconditioned by the same operator of the homogeneous electron gas with the
 * mean density of states, diagonal in G: 1 + 4π D̄/|G|². The residual is cut to 10⁻³ of f, far below what the model
 * itself is wrong by.
 */
function susceptibilitySolver(grid: Grid, states: RealField, total: number) {
  const { points, normG2, dvol, lattice } = grid;
  const nSpin = states.length / points;
  const length = 2 * points;
  const coefficients = newFourierField(points);
  const field = newRealField(points);
  const sumOfStates = newRealField(points);
  for (let i = 0; i < states.length; i++) sumOfStates[i % points]! += states[i]!;
  const mean = total / lattice.volume;
  const root = new Float64Array(points); // v^{½}
  for (let g = 1; g < points; g++) root[g] = Math.sqrt((4 * Math.PI) / normG2[g]!);

  /** field ← v^{½}u in real space, minus the shift of the Fermi level it causes. */
  const potentialOf = (u: Float64Array) => {
    for (let g = 0; g < points; g++) {
      coefficients[2 * g] = root[g]! * u[2 * g]!;
      coefficients[2 * g + 1] = root[g]! * u[2 * g + 1]!;
    }
    grid.inverse(field, coefficients);
    const shift = (dotReal(sumOfStates, field) * dvol) / total;
    for (let r = 0; r < points; r++) field[r]! -= shift;
  };
  const toSymmetric = (out: Float64Array, f: RealField) => {
    grid.forward(coefficients, f);
    for (let g = 0; g < points; g++) {
      out[2 * g] = root[g]! * coefficients[2 * g]!;
      out[2 * g + 1] = root[g]! * coefficients[2 * g + 1]!;
    }
  };
  const rightSide = new Float64Array(length);
  const u = new Float64Array(length);
  const apply = (out: Float64Array, x: Float64Array) => {
    potentialOf(x);
    for (let r = 0; r < points; r++) field[r]! *= sumOfStates[r]!;
    toSymmetric(out, field);
    for (let i = 0; i < length; i++) out[i]! += x[i]!;
  };
  const precondition = (out: Float64Array, x: Float64Array) => {
    for (let g = 0; g < points; g++) {
      const factor = 1 / (1 + mean * root[g]! * root[g]!);
      out[2 * g] = factor * x[2 * g]!;
      out[2 * g + 1] = factor * x[2 * g + 1]!;
    }
  };
  const totalResidual = newRealField(points);
  return (out: RealField, f: Parameters<typeof dotReal>[0]) => {
    totalResidual.fill(0);
    for (let i = 0; i < f.length; i++) totalResidual[i % points]! += f[i]!;
    toSymmetric(rightSide, asRealField(totalResidual));
    conjugateGradients({
      apply,
      precondition,
      rightSide,
      out: u,
      relativeTolerance: 1e-3,
      maxIterations: 200,
    });
    potentialOf(u);
    for (let spin = 0; spin < nSpin; spin++)
      for (let r = 0; r < points; r++) {
        const at = spin * points + r;
        out[at] = f[at]! - states[at]! * field[r]!;
      }
    // Rounding and the unfinished solve leave a trace of charge: the mean is that of f by construction.
    const excess = (sumReal(out) - sumReal(f)) / out.length;
    for (let i = 0; i < out.length; i++) out[i]! -= excess;
  };
}
