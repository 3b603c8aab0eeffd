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
  /** The orbitals that are open now. */
  readonly open: Orbitals | undefined;
  /** Ends the threads, if any are open. */
  close(): Promise<void>;
}

export function holdOrbitals({
  createOrbitals,
  terms,
}: Pick<ScfProblem, "createOrbitals" | "terms">): HeldOrbitals {
  let open: Orbitals | undefined;
  const close = async () => {
    const closing = open;
    open = undefined;
    await closing?.close();
  };
  return {
    get open() {
      return open;
    },
    async atLeast(nBands) {
      if (open !== undefined && open.spec.problem.nBands >= nBands) return open;
      const narrow = await open?.save();
      await close(); // before the wide ones take their memory
      open = await createOrbitals(nBands, operatorsOf(terms));
      if (narrow !== undefined) await open.restore(narrow);
      return open;
    },
    close,
  };
}
