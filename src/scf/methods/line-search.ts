import { difference, dotReal, type ReadonlyRealField, type RealField } from "../../kernels/fields.ts";
import type { Accelerator, AcceleratorHistory, Proposal } from "../accelerators/accelerator.ts";
import { type DampingLimits, nextTrial, shorterDamping, type Trial } from "./adaptive-damping.ts";

/** Direction of a search and the length of the current trial. */
export interface SearchLine {
  readonly direction: RealField;
  /** α */
  readonly damping: number;
  readonly tries: number;
  /** Whether the direction is P⁻¹(V[ρ] − V) itself, after the history was dropped. */
  readonly isSteepest: boolean;
}

/** State of a line search; plain data, part of every checkpoint. */
export interface SearchState {
  /** Next potential to solve for [Ha], shape [nSpin·N]. */
  readonly potential: RealField;
  /** True if it is V[ρ] of the base, to measure F(ρ) − ρ; else it is base + damping · direction. */
  readonly isMeasurement: boolean;
  /** Accepted potential, energy [Ha] of its orbitals, P⁻¹(V[ρ] − V); its density is the state's. */
  readonly base: { readonly potential: RealField; readonly energy: number; readonly step: RealField };
  readonly line: SearchLine;
  /** First α of the next search. */
  readonly trial: number;
  /** Density change per unit of α below which V[ρ] itself is solved, to measure F(ρ) − ρ. */
  readonly measureBelow: number;
}

/** Solved potential with the densities and energies of the search. */
export interface TriedPotential {
  readonly potential: RealField;
  /** Free energy of its orbitals [Ha]. */
  readonly energy: number;
  /** Density of its orbitals, and density of the base (at first the guess). */
  readonly rhoOut: RealField;
  readonly rhoIn: RealField;
  /** V[rhoOut] and V[rhoIn] [Ha]. */
  readonly potentialOut: RealField;
  readonly potentialIn: RealField;
  /** ‖rhoOut − rhoIn‖ [bohr^(-3/2)] */
  readonly densityChange: number;
  readonly dvol: number;
  readonly electrons: number;
}

/** Result of a step of the search. */
export interface SearchStep {
  /** Density of the accepted potential. */
  readonly rho: RealField;
  readonly history: AcceleratorHistory;
  readonly search: SearchState;
  /** α of the next potential; 1 if it is V[ρ] itself. */
  readonly damping: number;
}

/** Accelerator that proposes directions, and the limits of the search. */
export interface LineSearch {
  readonly accelerator: Accelerator;
  readonly limits: DampingLimits;
}

/** Rises below this [Ha per electron] are errors of the eigensolver. */
const SLACK = 1e-10;
/** Rises above this [Ha per electron] are rejected while a shorter step remains. */
const MAX_RISE = 0.01;

/**
 * Takes one step of the adaptively damped iteration [HL22] after a potential was solved.
 *
 * A trial is accepted if its energy does not rise or its preconditioned residual is shorter;
 * otherwise a shorter step along the same direction follows, up to the number of tries. The last
 * trial is accepted unless the energy ran away: then the history is dropped and the search
 * continues along P⁻¹(V[ρ] − V) alone, which is downhill for every positive P.
 *
 * The change of the density along a line underestimates F(ρ) − ρ if P is strong. Once it is below
 * `measureBelow`, V[ρ] itself is solved, and F(ρ) − ρ is the residual of the other methods.
 *
 * @param precondition P⁻¹ at the solved orbitals, for residuals of potentials.
 * @param tolerance tolerance of ‖F(ρ) − ρ‖.
 */
export async function searchNext(
  { accelerator, limits }: LineSearch,
  history: AcceleratorHistory,
  search: SearchState | undefined,
  solved: TriedPotential,
  precondition: (residual: RealField) => Promise<RealField>,
  tolerance: number,
): Promise<SearchStep> {
  const { potential, energy, rhoOut, rhoIn, potentialOut, densityChange, dvol, electrons } = solved;
  const residual = difference(potentialOut, potential);
  if (search === undefined) {
    const step = await precondition(residual);
    return along(accelerator.next(history, potential, step, limits.first), limits.first, {
      base: { potential, energy, step },
      rho: rhoOut,
      // A strong P makes the change along a line smaller than F(ρ) − ρ by such a factor and more.
      measureBelow: tolerance / 4,
    });
  }

  const { base, line, measureBelow } = search;
  if (search.isMeasurement) {
    // Residual still too large: continue the interrupted search, and measure at a lower threshold.
    const below = measureBelow * Math.min(0.5, tolerance / densityChange);
    const onLine = { potential: moved(base.potential, line), isMeasurement: false, measureBelow: below };
    return { rho: rhoIn, history, search: { ...search, ...onLine }, damping: line.damping };
  }
  const rise = energy - base.energy;
  const trial = trialOf(search, solved, residual, dvol);
  let step: RealField | undefined;
  if (rise > SLACK * electrons) {
    step = await precondition(residual);
    const ranAway = rise > MAX_RISE * electrons;
    if (ranAway || !(norm(step) < norm(base.step))) {
      const shorter = shorterStep(search, trial, limits, ranAway);
      if (shorter !== undefined) return { rho: rhoIn, history, ...shorter };
      if (ranAway && !line.isSteepest) return steepest(search, rhoIn, limits.least);
    }
  }

  step ??= await precondition(residual);
  const next = nextTrial(trial, line.tries, limits);
  const onward = along(accelerator.next(history, potential, step, next), next, {
    base: { potential, energy, step },
    rho: rhoOut,
    measureBelow,
  });
  if (!(densityChange < Math.abs(line.damping) * measureBelow)) return onward;
  const measurement = { potential: potentialOut, isMeasurement: true };
  return { ...onward, search: { ...onward.search, ...measurement }, damping: 1 };
}

/** Returns the energies of a trial for the parabola. */
function trialOf(
  { base, line }: SearchState,
  { energy, rhoOut, rhoIn, potentialIn }: TriedPotential,
  residual: RealField,
  dvol: number,
): Trial {
  const deltaRho = difference(rhoOut, rhoIn);
  return {
    damping: line.damping,
    rise: energy - base.energy,
    slopeBefore: dvol * dotReal(difference(potentialIn, base.potential), deltaRho),
    slopeAfter: dvol * dotReal(residual, deltaRho),
  };
}

/** Returns a shorter step along the same line, or undefined if none is left. */
function shorterStep(
  search: SearchState,
  trial: Trial,
  limits: DampingLimits,
  ranAway: boolean,
): Pick<SearchStep, "search" | "damping"> | undefined {
  const { base, line } = search;
  // Without history nothing is left to drop, and the limits no longer apply.
  const isLast = ranAway && line.isSteepest;
  if (!isLast && (line.tries >= limits.maxTries || Math.abs(line.damping) < 1.75 * limits.least))
    return undefined;
  const damping = isLast ? line.damping / 4 : shorterDamping(trial, limits);
  if (damping === line.damping || Math.abs(damping) < 1e-4) return undefined;
  const next = { ...line, damping, tries: line.tries + 1 };
  return { search: { ...search, potential: moved(base.potential, next), line: next }, damping };
}

/** Restarts the search from the base without history, along its preconditioned residual. */
function steepest(search: SearchState, rho: RealField, damping: number): SearchStep {
  const line = { direction: search.base.step, damping, tries: 1, isSteepest: true };
  const potential = moved(search.base.potential, line);
  const { base } = search;
  return {
    rho,
    history: [{ input: base.potential, step: base.step }],
    search: { ...search, potential, line },
    damping,
  };
}

/** Starts a new line from an accepted potential to the accelerator's proposal for α. */
function along(
  proposed: Proposal,
  damping: number,
  { base, rho, measureBelow }: Pick<SearchState, "base" | "measureBelow"> & { readonly rho: RealField },
): SearchStep {
  const direction = difference(proposed.input, base.potential);
  for (let r = 0; r < direction.length; r++) direction[r]! /= damping;
  const line = { direction, damping, tries: 1, isSteepest: false };
  const search = {
    potential: proposed.input,
    isMeasurement: false,
    base,
    line,
    trial: damping,
    measureBelow,
  };
  return { rho, history: proposed.history, search, damping };
}

function moved(
  from: ReadonlyRealField,
  { direction, damping }: { readonly direction: RealField; readonly damping: number },
): RealField {
  const out = from.slice() as RealField;
  for (let r = 0; r < out.length; r++) out[r]! += damping * direction[r]!;
  return out;
}

const norm = (f: ReadonlyRealField): number => Math.sqrt(dotReal(f, f));
