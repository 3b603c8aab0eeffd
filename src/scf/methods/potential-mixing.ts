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

/** Rules, defaults and limits of the numbers of `potentialMixing`. */
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
  /** P⁻¹ as a model of the response; its transpose is applied. */
  readonly preconditioner: Preconditioner;
  /** Depth of the Anderson acceleration of the directions. Default 10. */
  readonly depth?: number | undefined;
  /** Smallest first α of a search, in (0, 1]; the smallest α is a fourth of it. Default 0.2. */
  readonly minDamping?: number | undefined;
  /** Number of potentials tried along one direction, at least 1. Default 3. */
  readonly maxTries?: number | undefined;
}

/** State of potential mixing. */
export interface PotentialMixingState extends MethodState {
  /** History of potentials and their residuals. */
  readonly history: AcceleratorHistory;
  /** Line search; absent before the first step and if the first density has already converged. */
  readonly search?: SearchState | undefined;
}

/** Solved potential with the potential of the reference density. */
interface SolvedTry extends SolvedPotential, SolvedStep {
  /** V[ρin] [Ha] */
  readonly potentialIn: RealField;
}

/**
 * Makes adaptive damping [HL22], which mixes the potential instead of the density:
 *
 *   V⁺ = V + α d,   d from Anderson acceleration of Pᵀ⁻¹(V[ρ(V)] − V),
 *
 * with α searched so that the energy of the orbitals of V⁺ falls (`line-search.ts`). It needs no
 * damping from the user and survives a P wrong for the system; a rejected α costs a
 * diagonalisation. ρin is the density of the last accepted potential; if V[ρin] itself was solved,
 * ρout is F(ρin), which alone can end the iteration.
 *
 * @throws InputError if an option is out of range.
 *
 * @example
 * ```ts
 * import { bulk, groundState, kerker, newJob, potentialMixing, prepareScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, options } = await prepareScf(job);
 * const method = potentialMixing({ preconditioner: kerker() });
 * console.log((await groundState(problem, { ...options, method })).history.length);
 * ```
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
      /** The terms evaluated at ρin, or at ρin of the next step if known. */
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
            // Products with D(r) keep the symmetry of the grid alone.
            if (!basis.mapsPoints) basis.symmetrize(step);
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
