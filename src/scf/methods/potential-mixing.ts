import { type NumberOptions, valuesOf } from "../../common/options.ts";
import { newRealField, type RealField } from "../../kernels/fields.ts";
import type { IterateLevels, Preconditioner } from "../../precond/preconditioner.ts";
import { type EvaluatedTerms, evaluateTerms } from "../../terms/sums.ts";
import type { AcceleratorHistory } from "../accelerators/accelerator.ts";
import { ANDERSON_OPTIONS, anderson } from "../accelerators/anderson.ts";
import { iterateAt } from "../iterate.ts";
import type { ScfIteration, ScfMethod, SolvedStep } from "../method.ts";
import { targetResidual } from "../rules/tolerance.ts";
import { densityDistance, type SolvedPotential, solvePotential } from "../solve-potential.ts";
import type { MethodState } from "../state.ts";
import { dampingLimits } from "./adaptive-damping.ts";
import { type SearchState, searchNext } from "./line-search.ts";

/** What the numbers of `potentialMixing` may be and what they are by default. */
export const POTENTIAL_MIXING_OPTIONS = {
  depth: ANDERSON_OPTIONS.depth,
  minDamping: {
    rule: "must be a damping above 0 and at most 1; 0.2 is usual",
    default: 0.2,
    above: 0,
    atMost: 1,
  },
  maxTries: {
    rule: "must be a positive number of tries along one direction; 3 is usual",
    default: 3,
    isWhole: true,
    atLeast: 1,
  },
} as const satisfies NumberOptions;

export interface PotentialMixingOptions {
  /** P⁻¹; a model of the response, its transpose is applied. */
  readonly preconditioner: Preconditioner;
  /** Of the Anderson acceleration that gives the directions. Default 10. */
  readonly depth?: number | undefined;
  /** Smallest α that a search begins with, in (0, 1]; a fourth of it is the smallest α at all. Default 0.2. */
  readonly minDamping?: number | undefined;
  /** Potentials tried along one direction, at least 1. Default 3. */
  readonly maxTries?: number | undefined;
}

/** What potential mixing remembers. */
export interface PotentialMixingState extends MethodState {
  /** Of potentials and their residuals. */
  readonly history: AcceleratorHistory;
  /** The potential to solve for next and where it came from; absent where V[ρ] of the first density already converged. */
  readonly search?: SearchState | undefined;
}

/** A solved potential beside that of the density it is compared with. */
interface SolvedTry extends SolvedPotential, SolvedStep {
  /** V[ρin] [Ha] */
  readonly potentialIn: RealField;
}

/**
 * Adaptive damping [HL22]: the potential is mixed instead of the density,
 *
 *   V⁺ = V + α d,   d from Anderson acceleration of Pᵀ⁻¹(V[ρ(V)] − V),
 *
 * and α is searched so that the energy of the orbitals of V⁺ falls. `line-search.ts` has the rule. It needs no damping
 * from the user and survives a P that is wrong for the system; a rejected α costs a diagonalisation.
 *
 * ρin is the density of the last accepted potential; where V[ρin] itself was solved for, ρout is F(ρin), which alone can end the
 * iteration.
 *
 * @throws InputError if an option is out of range.
 */
export function potentialMixing({ preconditioner, ...options }: PotentialMixingOptions): ScfMethod {
  const { depth, minDamping, maxTries } = valuesOf("potentialMixing", POTENTIAL_MIXING_OPTIONS, options);
  const limits = dampingLimits(minDamping, maxTries);
  const line = { accelerator: anderson({ depth, maxRise: Number.POSITIVE_INFINITY }), limits };
  const name = "potential-mixing";
  return {
    name,
    begin(problem, tolerance): ScfIteration<SolvedTry, PotentialMixingState> {
      const { basis, terms } = problem;
      /** The terms at ρin; of the next step, where they are known. */
      let evaluatedIn: EvaluatedTerms | undefined;
      return {
        async solve(start) {
          const { rho: rhoIn, method } = start.state;
          const search = method?.search;
          evaluatedIn = evaluatedIn?.rho === rhoIn ? evaluatedIn : evaluateTerms(terms, rhoIn);
          const potentialIn = evaluatedIn.potential;
          start.watch.lap("potential");
          const needs = (levels: IterateLevels) => preconditioner.needs?.(levels) ?? [];
          const solved = await solvePotential(problem, start, search?.potential ?? potentialIn, needs);
          const densityResidual = densityDistance(basis, solved.rhoOut, rhoIn);
          const isMeasurement = search === undefined || search.isMeasurement;
          return { ...solved, rhoIn, potentialIn, densityResidual, isMeasurement };
        },
        async next({ state }, solved, isLast) {
          const { rhoIn, rhoOut, potential, potentialIn, evaluated, energies, densityResidual, states } =
            solved;
          const before = state.method ?? { name, history: [] };
          if (isLast)
            return { rho: rhoOut, method: before, damping: state.history.at(-1)?.damping ?? limits.first };
          const precondition = async (residual: RealField) => {
            const iterate = iterateAt(basis, solved, rhoOut);
            const apply = await (preconditioner.transposedAt?.(iterate, states) ??
              preconditioner.at(iterate, states));
            const step = newRealField(residual.length);
            await apply(step, residual);
            if (!basis.mapsPoints) basis.symmetrize(step); // products with D(r) follow the grid's symmetry alone
            return step;
          };
          const tried = {
            potential,
            energy: energies.total,
            rhoOut,
            rhoIn,
            potentialOut: evaluated.potential,
            potentialIn,
            densityChange: densityResidual,
            dvol: basis.grid.dvol,
            electrons: basis.model.electrons,
          };
          const target = targetResidual(tolerance);
          const found = await searchNext(line, before.history, before.search, tried, precondition, target);
          const { rho, history, search, damping } = found;
          if (rho === rhoOut) evaluatedIn = evaluated;
          return { rho, method: { name, history, search }, damping };
        },
      };
    },
  };
}
