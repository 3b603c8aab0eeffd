import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import type { Operator } from "../terms/block-term.ts";
import type { Term } from "../terms/term.ts";

/** A discretised system: what is solved. */
export interface ScfProblem {
  readonly basis: PlaneWaveBasis;
  /** Their sum is the energy. */
  readonly terms: readonly Term[];
  /**
   * Opens `nBands` random orbitals at every k-point; the caller closes them. A signal is heard between blocks.
   *
   * @param operators what the terms add to H, from `operatorsOf`.
   */
  createOrbitals(nBands: number, operators: readonly Operator[], signal?: AbortSignal): Promise<Orbitals>;
  /** Density to start from [bohr⁻³], shape [nSpin·N]. Default a superposition of atoms. */
  readonly startDensity?: ReadonlyRealField | undefined;
  /** Threads for what is computed of the ground state beside its orbitals. Default as many as these use. */
  readonly threads?: number | undefined;
}
