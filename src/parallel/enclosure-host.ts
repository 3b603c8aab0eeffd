import type { Vec3 } from "../common/vec3.ts";
import type { BandEnclosure, NotCertified } from "../errors/certify/band-enclosure.ts";
import type { BandProposal } from "../errors/certify/certify-bands.ts";
import { type EncloseOptions, encloseBands } from "../errors/enclose/enclose-bands.ts";
import { type EnclosedProblem, encloseProblem } from "../errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import { createKernels } from "../kernels/backends.ts";
import type { BackendName } from "../kernels/kernels.ts";

/** K-point whose lowest levels are to be enclosed. */
export interface EnclosureTask {
  readonly k: Vec3;
  readonly nBands: number;
  readonly options: Omit<EncloseOptions, "onProved">;
  /** Whether to return the proved proposals. */
  readonly withProposals: boolean;
}

export interface EnclosedPoint {
  readonly found: BandEnclosure[] | NotCertified;
  readonly proposals: readonly BandProposal[];
}

/**
 * Makes the enclosing part of a thread. Each k-point gets its own kernels, whose memory ends with
 * it.
 *
 * @param backend `native` becomes WebAssembly: no bound of the rounding of its transforms is known.
 */
export function createEnclosureHost(
  problem: ExactProblem,
  backend: BackendName,
): { enclose(task: EnclosureTask): Promise<EnclosedPoint> } {
  let enclosed: EnclosedProblem | undefined;
  return {
    async enclose({ k, nBands, options, withProposals }) {
      enclosed ??= encloseProblem(problem);
      const kernels = await createKernels(backend === "native" ? "wasm" : backend);
      const proposals: BandProposal[] = [];
      const found = encloseBands(kernels, enclosed, k, nBands, {
        ...options,
        ...(withProposals ? { onProved: (proposal: BandProposal) => proposals.push(proposal) } : {}),
      });
      return { found, proposals };
    },
  };
}
