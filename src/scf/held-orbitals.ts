import { invariant } from "../common/failure.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { operatorsOf } from "../terms/sums.ts";
import type { ScfProblem } from "./problem.ts";

/** Orbitals of one run, closed by their maker; the iteration only asks for orbitals. */
export interface HeldOrbitals {
  /**
   * Returns orbitals with at least `nBands` bands. Opens them at the first call; later calls add
   * random orbitals above the existing ones if there are too few.
   */
  atLeast(nBands: number): Promise<Orbitals>;
  /** Passes ownership to the caller: the orbitals are not closed here and ignore the signal. */
  handOver(): Orbitals;
  /** Ends the threads, if any are open. */
  close(): Promise<void>;
}

/** @param signal aborts the work of the orbitals between blocks. */
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
      if (open !== undefined && open.spec.setup.nBands >= nBands) return open;
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
