import type { Grid } from "../basis/grid.ts";
import { onGrid } from "../basis/on-grid.ts";
import {
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
  sumReal,
} from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import { superpositionOfAtoms } from "./guess.ts";

/** A density and its atoms, in the cell of the grid. */
export interface StructureDensity {
  readonly model: Model;
  readonly grid: Grid;
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly rho: ReadonlyRealField;
}

/** Least share of the atomic densities left at any point of either spin after the subtraction. */
const LEAST = 0.1;

/**
 * Returns a starting density for atoms or a cell that have moved: the bonding density stays in
 * place, the atomic densities move along,
 *
 *   ρ(s) = (Ω′/Ω) [ρ′(s) − Σ ρ_a(s; R′, Ω′)] + Σ ρ_a(s; R, Ω),    at least 0.1 Σ ρ_a(s; R, Ω)
 *
 * in fractional coordinates s, primes for before, ρ_a as in `superpositionOfAtoms`, scaled to N
 * electrons, shape [nSpin·N]. On a grid of another size the bracket keeps the Fourier coefficients
 * of both grids. The error is of first order in the displacement, as for atomic densities alone,
 * but of the bonding density only.
 */
export function extrapolateDensity(before: StructureDensity, model: Model, grid: Grid): RealField {
  const atomsBefore = superpositionOfAtoms(before.model, before.grid);
  const rho = superpositionOfAtoms(model, grid);
  const volumes = before.grid.lattice.volume / grid.lattice.volume;
  for (let spin = 0; spin < model.nSpin; spin++) {
    const added = newRealField(before.grid.points);
    const from = spin * before.grid.points;
    for (let r = 0; r < added.length; r++)
      added[r] = volumes * (before.rho[from + r]! - atomsBefore[from + r]!);
    const bonding = onGrid(added, before.grid, grid);
    const mine = spinComponent(rho, spin, grid.points);
    for (let r = 0; r < mine.length; r++) mine[r] = Math.max(mine[r]! + bonding[r]!, LEAST * mine[r]!);
  }
  const factor = model.electrons / (grid.dvol * sumReal(rho));
  for (let r = 0; r < rho.length; r++) rho[r]! *= factor;
  return rho;
}
