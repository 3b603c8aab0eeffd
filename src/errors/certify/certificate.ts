import { InputError } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { outwardText } from "../../interval/decimal.ts";
import { interval } from "../../interval/interval.ts";
import { above, below } from "../../interval/rounding.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import type { BandEnclosure } from "./band-enclosure.ts";
import { type BandProposal, certifyBands } from "./certify-bands.ts";

/** What a certificate says of one band: λ_index ∈ [lower, upper] [Ha]. */
export interface Claim {
  readonly index: number;
  readonly lower: number;
  readonly upper: number;
}

/** One k-point of a certificate: claims, and the numbers from which they can be proved anew. */
export interface CertifiedPoint {
  readonly k: Vec3;
  /** Of two spins, each in a potential of its own, the one whose levels these are; 0 is ↑. */
  readonly spin?: 0 | 1 | undefined;
  /** Of bands 1, 2, … in this order. */
  readonly claims: readonly Claim[];
  /** Each proves intervals of all bands; what holds is their intersection. */
  readonly proposals: readonly BandProposal[];
}

/** No claim is wider than this times the enclosure it comes from: 5/4 and roundings. */
export const CLAIM_WIDTH = 1.2501;

/**
 * Returns a proved interval as a claim, wider by 1/8 on either side: sums on another machine round
 * differently, and its proof must still fit.
 */
export function claimedLevel({
  index,
  lower,
  upper,
}: Pick<BandEnclosure, "index" | "lower" | "upper">): Claim {
  const room = above(upper - lower) / 8;
  return { index, lower: below(lower - room), upper: above(upper + room) };
}

export const claimsOf = (enclosures: readonly BandEnclosure[]): Claim[] => enclosures.map(claimedLevel);

/**
 * Lists what does not hold at one k-point; empty if every claim contains what is proved. Neither
 * claims nor proposals are trusted, and no solver runs: the stored vectors are proved again.
 */
export function checkPoint(
  kernels: Kernels,
  problem: EnclosedProblem,
  { k, claims, proposals }: CertifiedPoint,
): string[] {
  const misplaced = claims.findIndex(({ index }, i) => index !== i + 1);
  if (claims.length === 0 || misplaced >= 0)
    return [
      `claims: must be of bands 1, 2, … in this order, got ${claims.map(({ index }) => index).join(", ") || "none"}`,
    ];
  const lower = claims.map(() => -Infinity);
  const upper = claims.map(() => Infinity);
  const failures: string[] = [];
  for (const [number, proposal] of proposals.entries()) {
    if (proposal.k.some((x, i) => x !== k[i])) {
      failures.push(`proposal ${number + 1}: must be of k = ${k.join(", ")}, got ${proposal.k.join(", ")}`);
      continue;
    }
    const proved = attempt(kernels, problem, proposal, claims.length);
    if (typeof proved === "string") failures.push(`proposal ${number + 1} proves nothing: ${proved}`);
    else
      proved.forEach((bound, i) => {
        lower[i] = Math.max(lower[i]!, bound.lower);
        upper[i] = Math.min(upper[i]!, bound.upper);
      });
  }
  claims.forEach((claim, i) => {
    if (claim.lower <= lower[i]! && upper[i]! <= claim.upper) return;
    const proof = upper[i]! < Infinity ? outwardText(interval(lower[i]!, upper[i]!)) : "nothing";
    failures.push(
      `band ${i + 1}: ${proof} is proved, which [${claim.lower}, ${claim.upper}] Ha does not contain`,
    );
  });
  return failures;
}

/**
 * Returns enclosures, or why there are none; stored numbers that do not fit together are a reason.
 */
function attempt(
  kernels: Kernels,
  problem: EnclosedProblem,
  proposal: BandProposal,
  nBands: number,
): BandEnclosure[] | string {
  try {
    const found = certifyBands(kernels, problem, proposal, nBands);
    return Array.isArray(found) ? found : found.reason;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
