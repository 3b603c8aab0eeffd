import type { FrozenProblem } from "../bands/frozen-problem.ts";
import type { ReferenceLevels } from "../bands/gap.ts";
import type { FixedHamiltonian } from "../bands/solve-bands.ts";
import type { OptionName } from "../common/failure.ts";
import type { BackendName } from "../kernels/kernels.ts";
import type { KpointChoice } from "../model/kpoint-set.ts";
import type { Model } from "../model/model.ts";
import type { SymmetryOperation } from "../model/symmetry.ts";
import type { WorkerSource } from "../parallel/spawn.ts";

/** A Hamiltonian that no longer depends on its orbitals, with the crystal it belongs to. */
export interface CrystalHamiltonian {
  readonly hamiltonian: FixedHamiltonian;
  readonly model: Model;
  /** Those that map the FFT grid onto itself; at least the identity. */
  readonly operations: readonly SymmetryOperation[];
  /** Whether k and −k have the same levels: false in a magnetic field. */
  readonly timeReversal: boolean;
  /** The k-points that were asked for, from which other grids take their divisions and shift. */
  readonly choice: KpointChoice;
  /** Levels of the self-consistent run behind it, where there was one. */
  readonly reference?: ReferenceLevels | undefined;
  /**
   * The Hamiltonian as stored numbers, where it is more than the atoms' own.
   *
   * @param title to store with it.
   * @param spin whose potential it is; default 0.
   * @throws InputError if its potential cannot be stored exactly.
   */
  readonly stored?: ((title?: string, spin?: 0 | 1) => FrozenProblem) | undefined;
}

/** Where the work is done. */
export interface Workplace {
  readonly threads: number;
  readonly worker?: WorkerSource | undefined;
  readonly backend: BackendName;
  /** How warnings name an option. Default its name. */
  readonly named?: OptionName | undefined;
}
