import type { Occupation } from "../state/occupation.ts";
import type { HistoryRow } from "./state.ts";

/** Cause of a failed convergence and its remedy, one line each. */
export interface Diagnosis {
  readonly cause: string;
  readonly remedy: string;
}

/** Last step and options of a run, from which a diagnosis is made. */
export interface Evidence {
  readonly history: readonly HistoryRow[];
  readonly occupation: Occupation;
  /** Number of bands held. */
  readonly nBands: number;
  /** Tolerance of ‖ρout − ρin‖ [bohr^(-3/2)], if given. */
  readonly tolerance: number | undefined;
  /** Name of the preconditioner, and the damping of the options. */
  readonly mixing: string;
  readonly damping: number;
  /** Name of the option that goes on from a checkpoint, as the caller writes it. */
  readonly restart: string;
}

/** Gaps below this [Ha] count as none: symmetry-degenerate levels differ by the solver's error. */
const DEGENERATE = 1e-5;

/**
 * Tells whether every k-point has a gap between its highest full and lowest empty level; without a
 * gap filled bands are not the ground state. Bands that overlap between k-points are computed as
 * requested, with a warning; smeared levels need no gap.
 */
export const hasDirectGap = ({ directGap = Number.POSITIVE_INFINITY }: Occupation): boolean =>
  directGap >= DEGENERATE;

/** Share of a full level in the highest band beyond which electrons are missing above it. */
const CUT_OFF = 1e-2;

/**
 * Tells whether the bands hold the tail of the smeared occupations. Where the highest one holds
 * more than a hundredth of a full level, energy and density are those of the number of bands.
 */
export const holdsTail = ({ occupations }: Occupation): boolean => !isCut(occupations, CUT_OFF);

function isCut(occupations: Occupation["occupations"], share: number): boolean {
  const most = Math.max(...occupations.map((f) => f[0] ?? 0));
  return inHighest(occupations) > share * most && occupations.some((f) => f.some((x) => x !== most));
}

const inHighest = (occupations: Occupation["occupations"]): number =>
  Math.max(...occupations.map((f) => Math.abs(f.at(-1) ?? 0)));

/** Number of recent steps from which a trend is read. */
const RECENT = 10;

/** The residual falls if its mean factor per recent step is at most this. */
const FALLING = 0.97;

/** The moment wanders if it moves by more than this [μB] over the recent steps. */
const WANDERING = 0.05;

/**
 * Finds why a run did not converge. Causes are tested in the order of certainty: the occupation, an
 * energy that no crystal has, the trend of the last steps.
 */
export function diagnose(evidence: Evidence): Diagnosis {
  const causes = [
    ...[degenerate, fewBands, unphysical, fewSteps, atRounding, falling],
    ...[crossing, wanderingMoment, sloshing],
  ];
  for (const cause of causes) {
    const found = cause(evidence);
    if (found !== undefined) return found;
  }
  return stalled(evidence);
}

function degenerate({ occupation }: Evidence): Diagnosis | undefined {
  if (hasDirectGap(occupation)) return undefined;
  return {
    cause: "at temperature 0 the highest occupied level is degenerate and only partly filled",
    remedy: 'give a smearing, such as "smearing": "gaussian", "temperature": 0.005',
  };
}

function fewBands({ occupation: { occupations }, nBands }: Evidence): Diagnosis | undefined {
  if (!isCut(occupations, 1e-3)) return undefined;
  return {
    cause: `too few bands: the highest of ${nBands} holds ${inHighest(occupations).toExponential(1)} electrons`,
    remedy: `"bands": ${Math.ceil(1.2 * nBands) + 2}, or null for as many as are needed`,
  };
}

function unphysical({ history }: Evidence): Diagnosis | undefined {
  const lowest = Math.min(...history.map(({ energy }) => energy));
  if (lowest < 0) return undefined;
  return {
    cause: `no energy was below zero (lowest ${lowest.toFixed(3)} Ha): atoms are too close or the cutoff is far too low`,
    remedy: "check positions, units and ecut; `stillwave estimate` prints the structure as it was read",
  };
}

function fewSteps({ history, restart }: Evidence): Diagnosis | undefined {
  if (history.length >= 3) return undefined;
  return {
    cause: `${history.length === 1 ? "one step shows" : "two steps show"} no trend: most runs take 8 to 20`,
    remedy: `"maxIterations": 100, or go on from the checkpoint with ${restart}`,
  };
}

/** Residuals [bohr^(-3/2)] below this may be rounding, if they no longer fall. */
const ROUNDING = 1e-10;

function atRounding({ history, tolerance }: Evidence): Diagnosis | undefined {
  const last = history.slice(-4).map(({ densityResidual }) => densityResidual);
  const [low, high] = [Math.min(...last), Math.max(...last)];
  if (last.length < 4 || high > ROUNDING || low < 0.1 * high) return undefined;
  const isOfEnergy = tolerance === undefined || high <= tolerance;
  return {
    cause: `the residual stays at ${high.toExponential(0)}, the rounding of the numbers: no step makes it smaller`,
    remedy: isOfEnergy
      ? '"tolerance": a larger "energy" in scf, or only a "density"'
      : `"tolerance": { "density": ${(10 ** Math.ceil(Math.log10(10 * high))).toExponential(0)} } in scf, or larger`,
  };
}

function falling({ history, tolerance, restart }: Evidence): Diagnosis | undefined {
  const factor = factorPerStep(history);
  if (factor === undefined || factor > FALLING) return undefined;
  const { densityResidual, step } = history.at(-1)!;
  const missing =
    tolerance === undefined
      ? RECENT
      : Math.max(1, Math.ceil(Math.log(tolerance / densityResidual) / Math.log(factor)));
  return {
    cause: `the residual still falls, by a factor of ${factor.toFixed(2)} a step: about ${missing} more are missing`,
    remedy: `"maxIterations": ${step + 2 * missing}, or go on from the checkpoint with ${restart}`,
  };
}

/** Levels move by about this times the residual from step to step [Ha bohr^(3/2)]. */
const MOVES = 0.1;

function crossing({ history, occupation: { directGap } }: Evidence): Diagnosis | undefined {
  if (directGap === undefined || directGap > MOVES * history.at(-1)!.densityResidual) return undefined;
  return {
    cause: `at temperature 0 the gap is ${directGap.toExponential(0)} Ha: full and empty levels change places from step to step`,
    remedy: 'a smearing, such as "smearing": "gaussian", "temperature": 0.005, or a finer "kgrid"',
  };
}

function wanderingMoment({ history }: Evidence): Diagnosis | undefined {
  const moments = history.slice(-RECENT).flatMap(({ magnetisation: m }) => (m === undefined ? [] : [m]));
  if (moments.length < 3) return undefined;
  const range = Math.max(...moments) - Math.min(...moments);
  if (range < WANDERING) return undefined;
  return {
    cause: `the magnetisation wanders, by ${range.toFixed(2)} μB over the last ${moments.length} steps`,
    remedy:
      'a finer "kgrid" or a larger "temperature", or other initial moments ("magneticMoment", larger ones find the magnetic state), or "damping": 0.3',
  };
}

function sloshing({ history, mixing, damping }: Evidence): Diagnosis | undefined {
  const recent = history.slice(-RECENT);
  const ups = recent.filter((row, i) => i > 0 && row.densityResidual > recent[i - 1]!.densityResidual).length;
  if (ups < 2 || recent.length < 4) return undefined;
  const isAdaptive = ["ldos", "auto", "hybrid"].includes(mixing);
  return {
    cause: `charge oscillates: the residual rose in ${ups} of the last ${recent.length - 1} steps with mixing ${mixing}`,
    remedy: isAdaptive
      ? `"damping": ${(damping / 2).toFixed(2)}, or "mixing": "${mixing === "auto" ? "ldos" : "auto"}"; \`stillwave compare\` tries several`
      : '"mixing": "auto", which needs no parameter; `stillwave dielectric` shows the mode that grows',
  };
}

const stalled = ({ damping }: Evidence): Diagnosis => ({
  cause: "the residual hardly moves",
  remedy: `a larger "damping" than ${damping}, more steps, or another "mixing"; \`stillwave compare\` tries several`,
});

/** Share of the changes of a logarithm that its trend must explain. */
const EXPLAINED = 0.5;

/** Returns the residual's factor per step, by a linear fit of its logarithm, if it has a trend. */
function factorPerStep(history: readonly HistoryRow[]): number | undefined {
  const logs = history.slice(-RECENT).map(({ densityResidual }) => Math.log(densityResidual));
  const n = logs.length;
  if (n < 3 || !logs.every(Number.isFinite)) return undefined;
  const middle = (n - 1) / 2;
  const mean = logs.reduce((sum, x) => sum + x, 0) / n;
  const together = logs.reduce((sum, x, i) => sum + (i - middle) * (x - mean), 0);
  const steps = logs.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const changes = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return together ** 2 > EXPLAINED * steps * changes ? Math.exp(together / steps) : undefined;
}
