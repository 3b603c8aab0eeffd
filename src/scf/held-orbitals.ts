import { invariant } from "../common/failure.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { operatorsOf } from "../terms/sums.ts";
import type { ScfProblem } from "./problem.ts";

/** The orbitals of one run. Whoever makes this closes it; the iteration only asks for orbitals. */
export interface HeldOrbitals {
  /**
   * Gives orbitals of at least `nBands` bands: opens them at the first call, and afterwards widens those that are too
   * few, which keeps the lowest orbitals and adds random ones above.
   */
  atLeast(nBands: number): Promise<Orbitals>;
  /** Gives the orbitals away: they are no longer closed here, and hear the signal no longer. */
  handOver(): Orbitals;
  /** Ends the threads, if any are open. */
  close(): Promise<void>;
}

/** @param signal is heard by the orbitals between blocks. */
export function holdOrbitals(
  { createOrbitals, terms }: Pick<ScfProblem, "createOrbitals" | "terms">,
  signal?: AbortSignal,
): HeldOrbitals {
  let open: Orbitals | undefined;
  const stop = new AbortController();
  const pass = () => stop.abort(signal?.reason);
  if (signal?.aborted) pass();
  else signal?.addEventListener("abort", pass);
  const release = () => {
    const released = open;
    open = undefined;
    return released;
  };
  return {
    async atLeast(nBands) {
      if (open !== undefined && open.spec.problem.nBands >= nBands) return open;
      const narrow = await open?.save();
      await release()?.close(); // before the wide ones take their memory
      open = await createOrbitals(nBands, operatorsOf(terms), stop.signal);
      if (narrow !== undefined) await open.restore(narrow);
      return open;
    },
    handOver() {
      signal?.removeEventListener("abort", pass);
      const orbitals = release();
      invariant(orbitals !== undefined, () => "there is no step without orbitals");
      return orbitals;
    },
    async close() {
      signal?.removeEventListener("abort", pass);
      await release()?.close();
    },
  };
}
