import { random } from "../../src/common/random.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { prepareScf, type RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import { dotReal, newRealField, type ReadonlyRealField, type RealField } from "../../src/kernels/fields.ts";
import { type Chi0Options, independentResponse } from "../../src/response/chi0.ts";
import { dielectricOperator } from "../../src/response/dielectric.ts";
import { type ScfProblem, solveScf } from "../../src/scf/scf.ts";
import type { SolvedAtDensity } from "../../src/scf/solve-orbitals.ts";
import { solveOrbitals } from "../../src/scf/solve-orbitals.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { kernelOf } from "../../src/terms/sums.ts";
import { exchangeCorrelation } from "../../src/terms/xc/exchange-correlation.ts";

export interface Ground extends SolvedAtDensity {
  readonly problem: ScfProblem;
  readonly rho: RealField;
}

interface Wanted {
  /** Default: those the SCF had converged, all that hold electrons. */
  readonly nStates?: number;
  /** ‖ρout − ρin‖; a response is defined at any density, and need not wait for the last digits. Default 1e-3. */
  readonly density?: number;
  /** Default 1e-11. */
  readonly orbitals?: number;
  readonly run?: RunOptions;
}

/** A job's density with orbitals solved tightly at it; the caller closes them. */
export async function ground(
  job: object,
  { nStates, density = 1e-3, orbitals: tolerance = 1e-11, run = {} }: Wanted,
): Promise<Ground> {
  const { problem, options } = await prepareScf(job, run);
  const { last, orbitals } = await solveScf(problem, { ...options, tolerance: { density } });
  const rho = last.rhoOut;
  const solved = await solveOrbitals(problem, orbitals, rho, {
    nStates: nStates ?? last.state.nConverge,
    tolerance,
  });
  return { ...solved, problem, rho };
}

/** A field of some long waves and a little noise, of the crystal's symmetry, largest value about 1. */
export function fieldOf({ basis }: Pick<Ground, "basis">, seed: number): RealField {
  const { normal } = random(seed);
  const { grid, model } = basis;
  const out = newRealField(model.nSpin * grid.points);
  const [nx, ny] = grid.size;
  for (let i = 0; i < out.length; i++) {
    const r = i % grid.points;
    const at = [r % nx, Math.floor(r / nx) % ny, Math.floor(r / (nx * ny))].map(
      (x, c) => (2 * Math.PI * x) / grid.size[c]!,
    );
    out[i] = Math.cos(at[0]! + seed) + Math.sin(at[1]! - at[2]!) + Math.cos(2 * at[2]!) + 0.1 * normal();
  }
  basis.symmetrize(out);
  const largest = Math.sqrt(dotReal(out, out) / out.length);
  for (let i = 0; i < out.length; i++) out[i]! /= largest;
  return out;
}

/** dvol Σ f g. */
export const inner = ({ basis }: Pick<Ground, "basis">, f: ReadonlyRealField, g: ReadonlyRealField): number =>
  basis.grid.dvol * dotReal(f, g);

/** ε† at a job's density. */
export async function operatorAt(
  state: Ground,
  functional: string | readonly string[] = "lda-pw92",
  options: Chi0Options = {},
) {
  const { basis, rho } = state;
  const chi0 = await independentResponse(state, options);
  const { grid, model, mapsPoints } = basis;
  const list = functionals(functional);
  const symmetrize = mapsPoints ? undefined : basis.symmetrize;
  const xc = list.length === 0 ? [] : [exchangeCorrelation(grid, list, model.nSpin, { symmetrize })];
  const kernel = kernelOf([hartree(grid, model.nSpin), ...xc], rho);
  return { operator: dielectricOperator(basis, chi0, kernel), kernel };
}
