import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import type { WorkerSource } from "../parallel/spawn.ts";
import type { Operator } from "../terms/block-term.ts";
import type { Term } from "../terms/term.ts";

/** Discretised Kohn-Sham problem. */
export interface ScfProblem {
  readonly basis: PlaneWaveBasis;
  /** Terms of the energy. */
  readonly terms: readonly Term[];
  /**
   * Allocates `nBands` random orbitals at every k-point; the caller closes them.
   *
   * @param operators contributions of the terms to H, from `operatorsOf`.
   * @param signal aborts work between blocks.
   */
  createOrbitals(nBands: number, operators: readonly Operator[], signal?: AbortSignal): Promise<Orbitals>;
  /** Start density [bohr⁻³], shape [nSpin·N]. Default a superposition of atoms. */
  readonly startDensity?: ReadonlyRealField | undefined;
  /** Threads for ground-state quantities beside the orbitals. Default those of the orbitals. */
  readonly threads?: number | undefined;
  /** Address of the module of their workers, or a pool. Default the package's own. */
  readonly worker?: WorkerSource | undefined;
}
