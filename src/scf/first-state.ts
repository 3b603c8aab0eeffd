import { requireInput } from "../common/failure.ts";
import { asRealField, type RealField } from "../kernels/fields.ts";
import { isSmeared, levelCapacity } from "../model/model.ts";
import { superpositionOfAtoms } from "../state/guess.ts";
import type { ScfOptions } from "./options.ts";
import type { ScfProblem } from "./problem.ts";
import { electronsToHold, initialBands } from "./rules/bands.ts";
import { eigenTolerance } from "./rules/eigen-tolerance.ts";
import type { ScfState } from "./state.ts";

/**
 * Returns the first state of a run: the state of `restart`, or a new one. Density, history and
 * orbitals of `restart` are kept, and the memory of its method if the methods agree. Orbitals are
 * dropped if they are more than the requested bands.
 *
 * @param bands number of bands to hold; null lets electrons and smearing decide.
 * @param maxBands plane waves of the smallest sphere, the largest possible number of bands.
 */
export function firstState(
  problem: ScfProblem,
  { method, restart }: ScfOptions,
  bands: number | null,
  maxBands: number,
): ScfState {
  const { model, grid } = problem.basis;
  const counts = initialBands(
    electronsToHold(model),
    levelCapacity(model),
    isSmeared(model),
    bands,
    maxBands,
  );
  if (restart === undefined)
    return { rho: startDensity(problem), history: [], eigenTolerance: eigenTolerance([]), ...counts };
  const length = model.nSpin * grid.points;
  requireInput(
    restart.rho.length === length,
    () =>
      `restart: density must have ${length} values, got ${restart.rho.length}; the job differs from the one that wrote it`,
  );
  const { orbitals, method: remembered, ...carried } = restart;
  return {
    ...carried,
    ...(bands === null || bands === restart.nBands ? {} : counts),
    ...(remembered?.name === method.name ? { method: remembered } : {}),
    ...(orbitals === undefined || restart.nBands > (bands ?? restart.nBands) ? {} : { orbitals }),
  };
}

function startDensity({ basis, startDensity: given }: ScfProblem): RealField {
  const rho =
    given === undefined ? superpositionOfAtoms(basis.model, basis.grid) : asRealField(given.slice());
  basis.symmetrize(rho);
  return rho;
}
