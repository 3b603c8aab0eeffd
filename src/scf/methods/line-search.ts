import { difference, dotReal, type ReadonlyRealField, type RealField } from "../../kernels/fields.ts";
import type { Accelerator, AcceleratorHistory, Proposal } from "../accelerators/accelerator.ts";
import { type DampingLimits, nextTrial, shorterDamping, type Trial } from "./adaptive-damping.ts";

/** A direction and how far along it the try is. */
export interface SearchLine {
  readonly direction: RealField;
  /** α */
  readonly damping: number;
  readonly tries: number;
  /** Whether the direction is P⁻¹(V[ρ] − V) itself, after the history was given up. */
  readonly isSteepest: boolean;
}

/** Where a line search stands; plain data, part of every checkpoint. */
export interface SearchState {
  /** Potential to solve for next [Ha], shape [nSpin·N]. */
  readonly potential: RealField;
  /** Whether that is V[ρ] of the base's density, to measure F(ρ) − ρ; else it is base + damping · direction. */
  readonly isMeasurement: boolean;
  /** The accepted potential with the energy [Ha] of its orbitals and P⁻¹(V[ρ] − V); its density is the state's. */
  readonly base: { readonly potential: RealField; readonly energy: number; readonly step: RealField };
  readonly line: SearchLine;
  /** α that the next search begins with. */
  readonly trial: number;
  /** The change of the density per unit of α below which V[ρ] itself is solved for, which measures F(ρ) − ρ. */
  readonly measureBelow: number;
}

/** A potential that was solved for, as the search sees it. */
export interface TriedPotential {
  readonly potential: RealField;
  /** Free energy of its orbitals [Ha]. */
  readonly energy: number;
  /** Density of its orbitals, and of those of the base (the guess at first). */
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

/** What the iteration goes on with. */
export interface SearchStep {
  /** Density of the accepted potential. */
  readonly rho: RealField;
  readonly history: AcceleratorHistory;
  readonly search: SearchState;
  /** α of the potential to be solved for next; 1 where that is V[ρ] itself. */
  readonly damping: number;
}

/** What proposes directions, and how far along them the search goes. */
export interface LineSearch {
  readonly accelerator: Accelerator;
  readonly limits: DampingLimits;
}

/** A rise of less than this [Ha per electron] is the eigensolver's. */
const SLACK = 1e-10;
/** A rise beyond this [Ha per electron] is never accepted while there is a shorter step to try. */
const MAX_RISE = 0.01;

/**
 * One step of the adaptively damped iteration [HL22]: what to do after solving for a potential.
 *
 * A try is accepted when its energy does not rise or its preconditioned residual is shorter; otherwise a shorter step
 * is taken along the same direction, as long as there are tries. After the last one a try is accepted unless the energy
 * ran away: then the history goes and the search continues along P⁻¹(V[ρ] − V) alone, downhill for every positive P.
 *
 * The change of the density along a line understates F(ρ) − ρ where P is strong. When it is below `measureBelow`,
 * V[ρ] is solved for as it stands, and F(ρ) − ρ is what it is in every other method.
 *
 * @param precondition P⁻¹ at the orbitals just solved for, on residuals of potentials.
 * @param tolerance of ‖F(ρ) − ρ‖.
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
      measureBelow: tolerance / 4, // a strong P makes the change along a line that much smaller than F(ρ) − ρ, and more
    });
  }

  const { base, line, measureBelow } = search;
  if (search.isMeasurement) {
    // The residual is still too large: the interrupted search goes on, and the next measurement waits for less.
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

/** The try as the parabola sees it. */
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

/** A shorter step along the same line, if there is one to try. */
function shorterStep(
  search: SearchState,
  trial: Trial,
  limits: DampingLimits,
  ranAway: boolean,
): Pick<SearchStep, "search" | "damping"> | undefined {
  const { base, line } = search;
  // Once the history is gone there is nothing else to give up, and the limits give way.
  const isLast = ranAway && line.isSteepest;
  if (!isLast && (line.tries >= limits.maxTries || Math.abs(line.damping) < 1.75 * limits.least))
    return undefined;
  const damping = isLast ? line.damping / 4 : shorterDamping(trial, limits);
  if (damping === line.damping || Math.abs(damping) < 1e-4) return undefined;
  const next = { ...line, damping, tries: line.tries + 1 };
  return { search: { ...search, potential: moved(base.potential, next), line: next }, damping };
}

/** The search from the base without history, along its own preconditioned residual. */
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

/** A new line from an accepted potential to the one that the accelerator proposes for α. */
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
