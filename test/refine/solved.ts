import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { ReadonlyRealField } from "../../src/kernels/fields.ts";
import { type RefineSettings, refine } from "../../src/refine/refine.ts";
import { groundForces } from "../../src/scf/derivatives.ts";
import { type ScfEnd, type ScfProblem, solveScf } from "../../src/scf/scf.ts";
import { solveOrbitals } from "../../src/scf/solve-orbitals.ts";
import { operatorsOf } from "../../src/terms/sums.ts";
import { to } from "../systems.ts";

export interface Solved {
  readonly problem: ScfProblem;
  readonly end: ScfEnd;
}

export async function solved(job: object): Promise<Solved> {
  const { problem, options } = await prepareScf(to(1e-8, job));
  return { problem, end: await solveScf(problem, options) };
}

const USUAL: RefineSettings = { steps: 2, tolerance: 1e-5, maxProducts: 60 };

/** The coarse run corrected on the basis of the other, whose orbitals are not looked at. */
export async function refined({ problem, end }: Solved, larger: ScfProblem, settings = USUAL) {
  const { last, orbitals } = end;
  const request = { nStates: last.state.nConverge, tolerance: 1e-9 };
  const state = await solveOrbitals(problem, orbitals, last.rhoOut, request);
  const fine = await larger.createOrbitals(state.nStates, operatorsOf(larger.terms));
  const found = await refine({ ...state, terms: problem.terms, rho: last.rhoOut }, larger, fine, settings);
  const { rho: rhoOut, occupation } = found.after;
  const forces = (await groundForces(larger, { rhoOut, occupation }, fine))!;
  await fine.close();
  return { found, forces };
}

export const distance = (a: ReadonlyRealField, b: ReadonlyRealField) =>
  Math.sqrt(a.reduce((sum, x, r) => sum + (x - b[r]!) ** 2, 0));
