import type { Vec3 } from "../common/vec3.ts";
import type { BandEnclosure, NotCertified } from "../errors/certify/band-enclosure.ts";
import type { BandProposal } from "../errors/certify/certify-bands.ts";
import { type EncloseOptions, encloseBands } from "../errors/enclose/enclose-bands.ts";
import { type EnclosedProblem, encloseProblem } from "../errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import { createKernels } from "../kernels/backends.ts";
import type { BackendName } from "../kernels/kernels.ts";

/** One k-point whose lowest levels are to be enclosed. */
export interface EnclosureTask {
  readonly k: Vec3;
  readonly nBands: number;
  readonly options: Omit<EncloseOptions, "onProved">;
  /** Whether the proposals that were proved are wanted as well. */
  readonly withProposals: boolean;
}

export interface EnclosedPoint {
  readonly found: BandEnclosure[] | NotCertified;
  readonly proposals: readonly BandProposal[];
}

/**
 * What the tasks of one thread share. Each k-point gets kernels of its own, so that nothing it holds outlives it.
 *
 * @param backend `native` stands for WebAssembly here: of its transforms no bound of the rounding is known.
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
