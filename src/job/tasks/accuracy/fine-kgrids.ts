import type { ErrorQuantity } from "../../../refine/parts.ts";
import type { JobCrystal } from "../../prepare/job-crystal.ts";
import type { Accuracy } from "../../schema/accuracy.ts";
import type { ResultFile } from "../scf/result.ts";
import type { AccuracyReport, AccuracyRound, QuantityErrors } from "./accuracy-result.ts";
import { fallOf, type KgridRun, kgridChanges, kgridErrors } from "./error-sums.ts";
import { kgridOf, type SpacedKgrid } from "./first-choices.ts";
import { type Rounds, SearchEnd } from "./rounds.ts";

/** What a search works on. */
export interface Search {
  readonly crystal: JobCrystal;
  readonly asked: Accuracy;
  readonly aimed: readonly ErrorQuantity[];
  readonly rounds: Rounds;
  /** k-grids from coarse to fine. */
  readonly grids: readonly SpacedKgrid[];
  /** Where it begins [Ha], and the decay of errors by the cutoff that is expected [1/Ha]. */
  readonly first: number;
  readonly decay: number;
  /** The last result, and its errors. */
  judged?: ResultFile | undefined;
  errors: AccuracyReport["errors"];
}

/** A run on a k-grid of the comparison. */
export type SpacedRun = AccuracyRound & SpacedKgrid & Pick<KgridRun, "isBetween">;

/** Errors that are allowed to basis and k-grid together. */
export type Allowed = (quantity: ErrorQuantity) => number;

/** Share of what is allowed that a k-grid may take: enough for going on, and at most. */
export const KGRID_SHARE = { enough: 0.5, most: 0.8 };
/** Quotients of distances of k-points: most, of one that confirms the last two, worth a run. */
const FINER = { most: 1.5, confirming: 1.25, least: 1.15 };
/** Grids between one that is fine enough and the last that is not, at most. */
const MOST_BETWEEN = 2;
/** Share of what is enough that a grid is looked for at whose errors fall as a power. */
const AIM = 0.8;
/** How far above the cutoff the error of the energy is compared with that at it. */
const STEP_OF_SLOPE = 1.2;
/** Estimates at a low cutoff are divided by more than they lack on average (docs/accuracy.md). */
const FOUND_OF_SLOPE = 0.8;

/**
 * dA/d ln N of the free energy by the number of plane waves at the start [Ha per cell]: N goes as
 * E^{3/2}, and the error by the basis as the first of what is expected above it.
 */
function slopeOf({ ecut, basis, decay = [] }: AccuracyRound, atoms: number): number {
  const near = decay.find((point) => point.ecut > STEP_OF_SLOPE * ecut);
  if (near === undefined || basis?.energy === undefined) return 0;
  const p = Math.log(basis.energy / near.error) / Math.log(near.ecut / ecut);
  return -(2 / 3) * p * FOUND_OF_SLOPE * basis.energy * atoms;
}

/**
 * Runs on finer k-grids until one is fine enough, and on one between it and the one before, which
 * is coarser and perhaps fine enough as well.
 *
 * @returns the errors of each of the ladder.
 * @throws SearchEnd if none is fine enough.
 */
export async function fineKgrids(
  { crystal, rounds, grids, first, aimed }: Search,
  ladder: SpacedRun[],
  allowed: Allowed,
): Promise<readonly QuantityErrors[]> {
  if (grids.length === 1) return [{ energy: 0, forces: 0, stress: 0 }]; // nothing but vacuum around
  const atoms = crystal.model.atoms.length;
  const run = async ({ kgrid, spacing }: SpacedKgrid): Promise<SpacedRun> => ({
    ...(await rounds.compute("k-grid", { ecut: first, kgrid }, { from: ladder.at(-1)! })),
    spacing,
  });
  const worst = (each: QuantityErrors) =>
    Math.max(
      ...aimed.map((quantity) => (each[quantity] ?? Infinity) / (KGRID_SHARE.enough * allowed(quantity))),
    );
  const slope = slopeOf(ladder[0]!, atoms);
  /** Changes from each grid to the next, and errors, over what is enough. */
  const changes = () => kgridChanges(ladder, atoms, slope).map(worst);
  const excesses = () => kgridErrors(ladder, atoms, slope).map(worst);
  const fineAt = (most: number) => excesses().findIndex((excess) => excess <= most);
  /** The next grid, or, where errors fall as a power, the one that is expected to be enough. */
  const nextKgrid = (): SpacedKgrid | undefined => {
    const { spacing, kgrid } = ladder.at(-1)!;
    const isFiner = (grid: SpacedKgrid) => grid.kgrid.some((n, axis) => n > kgrid[axis]!);
    const finer = grids.find((grid) => grid.spacing < spacing * (1 - 1e-9) && isFiner(grid));
    const p = Math.min(...aimed.map((quantity) => fallOf(ladder, quantity, atoms, slope) ?? 0));
    if (finer === undefined) return undefined;
    if (p === 0) {
      const isConfirming = changes().at(-1)! < 1;
      const near = kgridOf(crystal, spacing / FINER.confirming);
      return isConfirming && isFiner(near) ? near : finer;
    }
    const quotient = (excesses().at(-1)! / AIM) ** (1 / p);
    const expected = kgridOf(crystal, spacing / Math.min(FINER.most, Math.max(FINER.least, quotient)));
    return isFiner(expected) ? expected : finer;
  };
  let fine = fineAt(1);
  while (fine < 0) {
    const { kgrid } = ladder.at(-1)!;
    const next = nextKgrid();
    if (next !== undefined) ladder.push(await run(next));
    fine = fineAt(next === undefined ? KGRID_SHARE.most / KGRID_SHARE.enough : 1);
    if (next === undefined && fine < 0)
      throw new SearchEnd(
        "not-reached",
        `the k-grid ${kgrid.join("x")} is the finest tried and not fine enough; a larger smearing width needs fewer k-points`,
      );
  }
  for (let tried = 0; tried < MOST_BETWEEN; tried++) {
    const [coarser, enough] = [ladder[fine - 1], ladder[fine]!];
    if (coarser === undefined || coarser.spacing <= FINER.least ** 2 * enough.spacing) break;
    const [above, below] = [excesses()[fine - 1]!, Math.max(excesses()[fine]!, 1e-6)];
    const part = Math.log(above / AIM) / Math.log(above / Math.min(below, AIM / 2));
    const between = kgridOf(crystal, coarser.spacing * (enough.spacing / coarser.spacing) ** part);
    const isKnown = [coarser, enough].some(({ kgrid }) => `${kgrid}` === `${between.kgrid}`);
    if (isKnown || above === Infinity) break;
    ladder.splice(fine, 0, { ...(await run(between)), isBetween: true });
    fine = fineAt(1);
  }
  return kgridErrors(ladder, atoms, slope);
}
