import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { interval, lowerEnd, scale } from "../../interval/interval.ts";
import { below } from "../../interval/rounding.ts";
import { type Above, type Below, minBelow, provedBelow } from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import { checkProblem, type ExactProblem } from "./exact-problem.ts";
import { finder, type PotentialTable, tabulatePotential } from "./potential-table.ts";
import {
  type Channel,
  channelsOf,
  leadingPanel,
  type ProjectorPanel,
  projectorTails,
  tabulateProjectors,
} from "./projectors.ts";
import {
  countBelow,
  encloseReciprocal,
  type PlaneWaves,
  planeWavesBelow,
  type Reciprocal,
} from "./reciprocal.ts";
import type { ShortBasis } from "./short-basis.ts";

/** What does not depend on k: made once for all k-points of a problem. */
export interface EnclosedProblem {
  readonly reciprocal: Reciprocal;
  readonly table: PotentialTable;
  readonly channels: readonly Channel[];
}

/** @throws InputError if the data cannot be meant. */
export function encloseProblem(problem: ExactProblem): EnclosedProblem {
  checkProblem(problem);
  const reciprocal = encloseReciprocal(problem.lattice);
  return { reciprocal, table: tabulatePotential(problem, reciprocal), channels: channelsOf(problem) };
}

/** The plane waves at k up to a cutoff, with the projectors on them and what these have beyond. */
export interface WaveSet {
  readonly k: Vec3;
  readonly waves: PlaneWaves;
  readonly panel: ProjectorPanel;
  /** On which places in boxes rest. */
  readonly short: ShortBasis;
  /** √(2 T) of the nearest plane wave outside, from below. */
  readonly outsideRadius: Below;
  /** n_i² of each channel from a position of the set on. */
  tails(from: number): Above[][];
}

export function waveSet({ reciprocal, channels }: EnclosedProblem, k: Vec3, energy: number): WaveSet {
  requireInput(
    k.every((x) => Number.isFinite(x) && Math.abs(x) < 1e3),
    () => `k: three numbers below 1000 are needed, got ${k}`,
  );
  const waves = planeWavesBelow(reciprocal, k, energy);
  const panel = tabulateProjectors(channels, reciprocal, k, waves);
  return {
    k,
    waves,
    panel,
    short: reciprocal.short,
    outsideRadius: radiusOf(waves.outside),
    tails: (from) => channels.map((channel) => projectorTails(channel, reciprocal, waves, panel, from)),
  };
}

const radiusOf = (energy: Below): Below => lowerEnd(sqrt(scale(2, interval(energy))));

/**
 * Returns the first waves of a set, of computed kinetic energy up to `energy`, like a set of its
 * own.
 */
export function leadingSet(set: WaveSet, energy: number): WaveSet {
  const count = countBelow(set.waves, energy);
  if (count === set.waves.count) return set;
  const { g, places, kinetic, kineticError } = set.waves;
  let outside = set.waves.outside;
  for (let i = count; i < kinetic.length; i++)
    // computed energy − its error
    outside = minBelow(outside, provedBelow(below(kinetic[i]! - kineticError[i]!)));
  const waves: PlaneWaves = {
    count,
    g: g.subarray(0, 3 * count),
    places: places.subarray(0, 3 * count),
    kinetic: kinetic.subarray(0, count),
    kineticError: kineticError.subarray(0, count),
    outside,
  };
  return {
    k: set.k,
    waves,
    panel: leadingPanel(set.panel, count),
    short: set.short,
    outsideRadius: radiusOf(outside),
    tails: set.tails,
  };
}

/** Position of a plane wave in the set, −1 if it is outside. */
export function setFinder({
  waves: { g, count },
  short,
}: WaveSet): (n1: number, n2: number, n3: number) => number {
  return finder(g, count, short);
}
