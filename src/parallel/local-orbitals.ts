import { newRealField, spinComponent } from "../kernels/fields.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { createBlockHost } from "./block-host.ts";
import type { Orbitals, OrbitalsSpec } from "./orbitals.ts";
import { ofBlock, sumComponents, sumEnergies, sumResponses } from "./sums.ts";

/** All blocks in this thread. Long work gives way to the event loop between blocks, so that progress shows and signals arrive. */
export function localOrbitals(kernels: Kernels, spec: OrbitalsSpec): Orbitals {
  const indices = Array.from(spec.blocks.keys());
  const points = spec.problem.size.reduce((product, n) => product * n);
  const host = createBlockHost(kernels, spec, indices);
  let lastPause = performance.now();
  const pause = async () => {
    if (performance.now() - lastPause < 30) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    lastPause = performance.now();
  };
  const each = async <T>(
    work: (index: number) => T,
    progress?: (done: number, total: number) => void,
  ): Promise<T[]> => {
    const results: T[] = [];
    for (const index of indices) {
      results.push(work(index));
      progress?.(index + 1, indices.length);
      await pause();
    }
    return results;
  };
  const densities: Orbitals["densities"] = async (sets, progress) => {
    const totals = sets.map(() => newRealField(spec.nSpin * points));
    await each((index) => {
      const { spin } = spec.blocks[index]!;
      host.addDensities(
        index,
        totals.map((total) => spinComponent(total, spin, points)),
        sets.map((weights) => weights[index]!),
      );
    }, progress);
    return totals;
  };
  return {
    spec,
    threads: 1,
    diagonalise(potential, request, progress) {
      host.setPotential(potential as unknown as Float64Array); // read only, as promised
      return each((index) => host.diagonalise(index, request), progress);
    },
    density: async (weights, progress) => (await densities([weights], progress))[0]!,
    densities,
    energies: async (weights) => sumEnergies(await each((index) => host.energies(index, weights[index]!))),
    nonlocalForces: async (weights) =>
      sumComponents(await each((index) => host.nonlocalForces(index, weights[index]!))),
    strain: async (weights) => sumComponents(await each((index) => host.strain(index, weights[index]!))),
    response: async (deltaPotential, requests, progress) =>
      sumResponses(
        spec,
        await each(
          (index) => host.response(index, requests[index]!, ofBlock(spec, deltaPotential, index)),
          progress,
        ),
      ),
    gradient(potential) {
      host.setPotential(potential as unknown as Float64Array);
      return each((index) => host.gradient(index));
    },
    tangentPart: (panels, preconditioned) =>
      each((index) => host.tangentPart(index, panels[index]!, preconditioned)),
    retract: async (panels) => {
      await each((index) => host.retract(index, panels[index]!));
    },
    save: () => each((index) => host.save(index)),
    restore: async (psi) => {
      await each((index) => host.restore(index, psi[index]!));
    },
    peakMemory: async () => host.peakMemory(),
    close: async () => {},
  };
}
