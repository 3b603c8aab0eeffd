import { type NumberOptions, valuesOf } from "../../common/options.ts";
import { difference, dotReal, newRealField } from "../../kernels/fields.ts";
import type { IterateLevels, Preconditioner } from "../../precond/preconditioner.ts";
import { totalPotential } from "../../terms/sums.ts";
import type { Accelerator, AcceleratorHistory } from "../accelerators/accelerator.ts";
import { anderson } from "../accelerators/anderson.ts";
import { energyNorm } from "../accelerators/energy-norm.ts";
import { iterateAt, responseAt } from "../iterate.ts";
import type { ScfIteration, ScfMethod, SolvedStep } from "../method.ts";
import { holdMoments, losesMoments } from "../rules/held-moments.ts";
import { keepBothSpins } from "../rules/spin-floor.ts";
import { densityDistance, type SolvedPotential, solvePotential } from "../solve-potential.ts";
import type { MethodState } from "../state.ts";
import { type GuardState, guardedNext } from "./guard.ts";

/** Rule, default and limits of the number of `densityMixing`. */
export const DENSITY_MIXING_OPTIONS = {
  damping: { rule: "must be a damping between 0 and 2; 0.8 is usual", default: 0.8, above: 0, below: 2 },
} as const satisfies NumberOptions;

export interface DensityMixingOptions {
  /** P⁻¹ */
  readonly preconditioner: Preconditioner;
  /** Default `anderson()`. */
  readonly accelerator?: Accelerator;
  /** α in (0, 2). Default 0.8. */
  readonly damping?: number | undefined;
}

/** State of density mixing. */
export interface DensityMixingState extends MethodState {
  readonly history: AcceleratorHistory;
  /** Absent if the accelerator has no `maxRise`. */
  readonly guard?: GuardState | undefined;
  /** Whether the initial magnetisation has been kept so far (`holdMoments`). */
  readonly isHeld?: boolean;
}

/**
 * Makes the damped, preconditioned, accelerated iteration of the density to ρ = F(ρ):
 *
 *   V = δE/δρ at ρ;  orbitals of ½|k+G|² + V + V_nl;  occupations;  F(ρ) = Σ f w |ψ|²;
 *   ρ⁺ = next(ρ, P⁻¹(F(ρ) − ρ))
 *
 * @throws InputError if `damping` is out of range.
 *
 * @example
 * ```ts
 * import { bulk, densityMixing, kerker, newJob, prepareScf, scf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, options } = await prepareScf(job);
 * const method = densityMixing({ preconditioner: kerker(), damping: 0.8 });
 * for await (const { row } of scf(problem, { ...options, method }))
 *   console.log(row.densityResidual);
 * ```
 */
export function densityMixing({
  preconditioner,
  accelerator = anderson(),
  ...options
}: DensityMixingOptions): ScfMethod {
  const { damping } = valuesOf("densityMixing", DENSITY_MIXING_OPTIONS, options);
  const name = "density-mixing";
  return {
    name,
    begin(problem): ScfIteration<SolvedPotential & SolvedStep, DensityMixingState> {
      const { basis, terms } = problem;
      const { grid, model } = basis;
      const { nSpin, electrons } = model;
      const weigh = terms.some(({ isCoulomb }) => isCoulomb) ? energyNorm({ grid, nSpin }) : undefined;
      return {
        async solve(start) {
          const rhoIn = start.state.rho;
          const potential = totalPotential(terms, rhoIn);
          start.watch.lap("potential");
          const needs = (levels: IterateLevels) => preconditioner.needs?.(levels) ?? [];
          const solved = await solvePotential(problem, start, potential, needs);
          const densityResidual = densityDistance(basis, solved.rhoOut, rhoIn);
          return { ...solved, rhoIn, densityResidual, isMeasurement: true };
        },
        async next({ orbitals, state }, solved, isLast) {
          const { rhoIn, rhoOut, levels, occupation, states, energies, densityResidual } = solved;
          const before: DensityMixingState = state.method ?? { name, history: [], isHeld: nSpin === 2 };
          if (isLast)
            return { rho: rhoOut, method: before, damping: state.history.at(-1)?.damping ?? damping };
          const response = responseAt(
            problem,
            { orbitals, levels, occupation, nStates: state.nConverge },
            rhoIn,
          );
          const apply = await preconditioner.at(iterateAt(basis, solved, rhoOut, response), states);
          const step = newRealField(rhoIn.length);
          await apply(step, difference(rhoOut, rhoIn));
          // Inexact solves in P⁻¹ break the symmetry slightly, and F, symmetrised, cannot restore
          // it.
          basis.symmetrize(step);
          const isHeld = before.isHeld === true && losesMoments(rhoIn, rhoOut, electrons / grid.dvol);
          if (isHeld) holdMoments(step);
          // Steps without magnetisation say nothing about those with it.
          const isReleased = before.isHeld === true && !isHeld && before.history.length > 0;
          const { history, guard } = isReleased ? { history: [], guard: undefined } : before;
          const point = { input: rhoIn, step, energy: energies.total, densityResidual, electrons, weigh };
          const found = guardedNext(accelerator, history, guard, point, damping);
          return {
            rho: nSpin === 1 ? found.input : keepBothSpins(found.input, rhoIn, rhoOut, basis.symmetrize),
            method: { name, history: found.history, guard: found.guard, ...(isHeld && { isHeld }) },
            damping: found.damping,
            stepNorm: damping * Math.sqrt(grid.dvol * dotReal(step, step)),
          };
        },
      };
    },
  };
}
