import { invariant } from "../common/failure.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { EnergyTerms } from "../terms/kohn-sham.ts";
import type { ScfOptions } from "./problem.ts";
import type { Energies, HistoryRow } from "./state.ts";

/** Energies [Ha] of orbitals and their density. @param orbital `entropy` is −T S, absent without smearing. */
export function totalEnergies(
  terms: EnergyTerms,
  rho: ReadonlyRealField,
  orbital: { readonly kinetic: number; readonly nonlocal: number; readonly entropy?: number | undefined },
): Energies {
  const parts: Record<string, number> = { kinetic: orbital.kinetic, nonlocal: orbital.nonlocal };
  for (const term of terms.density) parts[term.name] = (parts[term.name] ?? 0) + term.evaluate(rho).energy;
  for (const term of terms.constant) parts[term.name] = (parts[term.name] ?? 0) + term.energy;
  if (orbital.entropy !== undefined) parts.entropy = orbital.entropy;
  const total = Object.values(parts).reduce((sum, energy) => sum + energy, 0);
  invariant(Number.isFinite(total), () => `the energy is not a number: ${JSON.stringify(parts)}`);
  return { total, ...parts };
}

/** Whether a step meets every tolerance that is given. */
export function meets(
  tolerance: ScfOptions["tolerance"],
  row: HistoryRow,
  previous: HistoryRow | undefined,
): boolean {
  const density = tolerance.density === undefined || row.densityResidual < tolerance.density;
  const energy =
    tolerance.energy === undefined ||
    (previous !== undefined && Math.abs(row.energy - previous.energy) < tolerance.energy);
  return density && energy;
}
