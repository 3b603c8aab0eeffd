import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { asRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import type { Iterate, IterateLevels } from "../precond/preconditioner.ts";
import { independentResponse } from "../response/chi0.ts";
import { type EnergyWindow, windowWeights } from "../state/energy-window.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import { kernelOf } from "../terms/sums.ts";
import type { Term } from "../terms/term.ts";

/** What the response of a state needs beside its orbitals. */
export interface Linearisation {
  readonly terms: readonly Term[];
  /** Density that the orbitals were solved at [bohr⁻³]. */
  readonly rho: ReadonlyRealField;
  /** Lowest bands that have converged. */
  readonly nStates: number;
}

/** A local density of states that is there already, not symmetrised. */
export interface StatesInWindow extends EnergyWindow {
  readonly states: RealField;
}

/** The levels of a step, as a preconditioner reads them. */
export const levelsAt = (
  { model }: PlaneWaveBasis,
  levels: readonly Levels[],
  { fermiLevel }: Occupation,
): IterateLevels => ({
  nSpin: model.nSpin,
  fermiLevel,
  temperature: model.temperature,
  fMax: levelCapacity(model),
  levels,
});

/** What a step has made of its orbitals. */
export interface MadeOfOrbitals {
  /** Their density, symmetrised. */
  readonly rhoOut: RealField;
  readonly windows: readonly StatesInWindow[];
}

/** What a preconditioner may see of the orbitals of a step. @param made what need not be made again. */
export function iterateAt(
  basis: PlaneWaveBasis,
  orbitals: Orbitals,
  levels: readonly Levels[],
  occupation: Occupation,
  linearised?: Linearisation,
  made?: MadeOfOrbitals,
): Iterate {
  const { grid, model, symmetrize } = basis;
  const { fermiLevel, occupations } = occupation;
  const fMax = levelCapacity(model);
  return {
    ...levelsAt(basis, levels, occupation),
    grid,
    async localDensityOfStates(width, center = fermiLevel) {
      const ready = made?.windows.find((window) => window.width === width && window.center === center);
      const states =
        ready === undefined
          ? await orbitals.density(windowWeights(levels, fMax, { width, center }))
          : asRealField(ready.states.slice());
      symmetrize(states);
      return states;
    },
    async density() {
      if (made !== undefined) return asRealField(made.rhoOut.slice());
      const rho = await orbitals.density(occupations.map((f, i) => f.map((x) => x * levels[i]!.weight)));
      symmetrize(rho);
      return rho;
    },
    ...(linearised === undefined
      ? {}
      : {
          async responseTo(accuracy: number) {
            const { terms, rho, nStates } = linearised;
            const solved = { basis, orbitals, levels, occupation, nStates };
            const chi0 = await independentResponse(solved, { tolerance: accuracy, maxIterations: 60 });
            const kernel = kernelOf(terms, rho);
            return (deltaRho: ReadonlyRealField) => chi0.apply(kernel(deltaRho));
          },
        }),
  };
}
