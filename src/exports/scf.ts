/**
 * The iteration itself, step by step, and the interface of its methods.
 *
 * @module scf
 */

export { groundForces, groundStress } from "../scf/derivatives.ts";
export type {
  NextStep,
  ScfIteration,
  ScfMethod,
  SolvedStep,
  StepStart,
  Tolerance,
} from "../scf/method.ts";
export { type ScfEnd, type ScfOptions, type ScfOutcome, type ScfProblem, scf, solveScf } from "../scf/scf.ts";
export { type SolvedPotential, solvePotential } from "../scf/solve-potential.ts";
export type { Energies, MethodState, ScfState, ScfStep } from "../scf/state.ts";
