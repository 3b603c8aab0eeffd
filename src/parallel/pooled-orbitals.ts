import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { BlockEigenvalues, OrbitalEnergies } from "../state/orbital-block.ts";
import type { BlockResponse } from "../state/response-block.ts";
import type { BlockGradient } from "../state/stiefel.ts";
import { connect } from "./client.ts";
import type { WorkerRequest } from "./messages.ts";
import type { BlockProgress, Orbitals, OrbitalsSpec } from "./orbitals.ts";
import { spawnBlockWorker } from "./spawn.ts";
import { ofBlock, sumComponents, sumDensities, sumEnergies, sumResponses } from "./sums.ts";

/**
 * Blocks spread over worker threads, heaviest first to the thread with the least work. Results are summed in block
 * order, so every number equals that of one thread.
 *
 * @param sizes plane waves of each block, the measure of work.
 */
export async function pooledOrbitals(
  spec: OrbitalsSpec,
  sizes: readonly number[],
  threads: number,
): Promise<Orbitals> {
  const count = Math.min(threads, spec.blocks.length);
  const load = new Array<number>(count).fill(0);
  const owner = new Array<number>(spec.blocks.length).fill(0);
  const byWork = Array.from(spec.blocks.keys()).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  for (const index of byWork) {
    const lightest = load.indexOf(Math.min(...load));
    owner[index] = lightest;
    load[lightest]! += sizes[index]!;
  }
  const clients = await Promise.all(
    Array.from({ length: count }, async () => connect(await spawnBlockWorker())),
  );
  const close = async () => {
    await Promise.all(clients.map((client) => client.terminate()));
  };
  const indicesOf = (worker: number) =>
    Array.from(spec.blocks.keys()).filter((index) => owner[index] === worker);
  try {
    await Promise.all(
      clients.map((client, w) => client.call({ call: "start", spec, indices: indicesOf(w) })),
    );
  } catch (error) {
    await close();
    throw error;
  }
  const each = async <T>(
    request: (index: number) => WorkerRequest,
    progress?: BlockProgress,
  ): Promise<T[]> => {
    let done = 0;
    return Promise.all(
      Array.from(spec.blocks.keys(), async (index) => {
        const value = await clients[owner[index]!]!.call<T>(request(index));
        progress?.(++done, spec.blocks.length);
        return value;
      }),
    );
  };
  // One copy that all threads see, where memory can be shared; elsewhere each message carries its own.
  const points = spec.problem.size.reduce((product, n) => product * n);
  const values = spec.nSpin * points;
  const shared =
    typeof SharedArrayBuffer === "undefined"
      ? new Float64Array(values)
      : new Float64Array(new SharedArrayBuffer(8 * values));
  const setPotential = async (potential: ReadonlyRealField) => {
    shared.set(potential as unknown as Float64Array); // read only, as promised
    await Promise.all(clients.map((client) => client.call({ call: "setPotential", potential: shared })));
  };
  const densities: Orbitals["densities"] = async (sets, progress) => {
    const parts = await each<Float64Array[]>(
      (index) => ({ call: "densities", index, sets: sets.map((weights) => weights[index]!), points }),
      progress,
    );
    return sets.map((_, s) =>
      sumDensities(
        spec,
        parts.map((densities) => densities[s]!),
      ),
    );
  };
  return {
    spec,
    threads: count,
    async diagonalise(potential, request, progress) {
      await setPotential(potential);
      return each<BlockEigenvalues>((index) => ({ call: "diagonalise", index, request }), progress);
    },
    density: async (weights, progress) => (await densities([weights], progress))[0]!,
    densities,
    energies: async (weights) =>
      sumEnergies(
        await each<OrbitalEnergies>((index) => ({ call: "energies", index, weights: weights[index]! })),
      ),
    nonlocalForces: async (weights) =>
      sumComponents(
        await each<Float64Array>((index) => ({ call: "nonlocalForces", index, weights: weights[index]! })),
      ),
    strain: async (weights) =>
      sumComponents(
        await each<Float64Array>((index) => ({ call: "strain", index, weights: weights[index]! })),
      ),
    response: async (deltaPotential, requests, progress) =>
      sumResponses(
        spec,
        await each<BlockResponse>(
          (index) => ({
            call: "response",
            index,
            request: requests[index]!,
            deltaPotential: ofBlock(spec, deltaPotential, index),
          }),
          progress,
        ),
      ),
    async gradient(potential) {
      await setPotential(potential);
      return each<BlockGradient>((index) => ({ call: "gradient", index }));
    },
    tangentPart: (panels, preconditioned) =>
      each<Float64Array>((index) => ({ call: "tangentPart", index, panel: panels[index]!, preconditioned })),
    retract: async (panels) => {
      await each((index) => ({ call: "retract", index, panel: panels[index]! }));
    },
    save: () => each<Float64Array>((index) => ({ call: "save", index })),
    restore: async (psi) => {
      await each((index) => ({ call: "restore", index, psi: psi[index]! }));
    },
    peakMemory: async () => {
      const peaks = await Promise.all(clients.map((client) => client.call<number>({ call: "peakMemory" })));
      return peaks.reduce((sum, peak) => sum + peak, 0);
    },
    close,
  };
}
