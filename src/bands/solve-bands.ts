import { createKPoint, requireRoomForBands } from "../basis/kpoint.ts";
import { invariant, NotConvergedError, requireInput } from "../common/failure.ts";
import type { FinishedPieces } from "../common/finished-pieces.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { type KeptBlocks, type Orbitals, openOrbitals } from "../parallel/orbitals.ts";
import type { WorkerSource } from "../parallel/spawn.ts";
import { projectorCount } from "../state/block-memory.ts";
import type { OrbitalSetup } from "../state/orbital-block.ts";

/** Hamiltonian independent of its orbitals: ½|k+G|² + V(r) + nonlocal potential of the atoms. */
export interface FixedHamiltonian {
  readonly setup: Omit<OrbitalSetup, "nBands">;
  /** V [Ha], shape [nSpin·N]. */
  readonly potential: ReadonlyRealField;
  readonly nSpin: 1 | 2;
}

export interface SolveBandsOptions {
  /** Number of lowest bands at every k. */
  readonly nBands: number;
  /** Residual norm ‖Hψ − εψ‖ [Ha]; eigenvalue errors go with its square. Default 1e-6. */
  readonly tolerance?: number;
  /** Default 1. */
  readonly threads?: number;
  readonly worker?: WorkerSource | undefined;
  /** Default `wasm`. */
  readonly backend?: BackendName;
  /** Memory for orbitals and projectors of k-points held together [B]. Default 512 MiB. */
  readonly memory?: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Aborts between k-points. */
  readonly signal?: AbortSignal | undefined;
  /** k-points that were solved before for this Hamiltonian; the others are kept there. */
  readonly pieces?: FinishedPieces | undefined;
  /** Receives the orbitals and bands of the k-points held together, before they are closed. */
  readonly visit?: ((orbitals: Orbitals, solved: readonly SolvedBands[]) => Promise<void>) | undefined;
}

/** Bands of one k-point and spin. */
export interface SolvedBands {
  readonly k: Vec3;
  readonly spin: number;
  readonly planeWaves: number;
  /** [Ha], ascending, shape [nBands]. */
  readonly energies: Float64Array;
  /** ‖Hψ − εψ‖ [Ha] of each band. */
  readonly residualNorms: Float64Array;
  readonly converged: boolean;
}

/** Independent of the number of threads, so that no digit depends on it. */
const MEMORY = 512 * 2 ** 20;
/** Largest number of levels of one call, a file of about 100 MB. */
const MOST_LEVELS = 2e6;

/** @throws InputError for more levels than a file or a picture can hold. */
export const requireFewLevels = (kpoints: number, nBands: number): void =>
  requireInput(
    kpoints * nBands <= MOST_LEVELS,
    () =>
      `bands: must give at most ${MOST_LEVELS} levels, got ${kpoints} k-points of ${nBands} bands, ${(kpoints * nBands).toPrecision(3)}; lower bands or the number of k-points`,
  );

/** Bands held at every k, more than are asked for. */
export const heldBands = (nBands: number, fewestWaves: number): number =>
  Math.min(nBands + Math.max(4, Math.ceil(nBands / 4)), fewestWaves);

/** How many blocks are held together. */
export const blocksTogether = (blocks: number, bytesOfBlock: number): number =>
  Math.min(blocks, Math.max(1, Math.floor(MEMORY / bytesOfBlock)));

/**
 * Computes the lowest eigenvalues at each k-point, spin slowest. A few more bands are held: a block
 * that ends inside a cluster of levels converges slowly at its upper edge.
 *
 * @throws InputError if some k has fewer plane waves than bands.
 * @throws NotConvergedError if the signal aborts the work.
 */
export async function solveBands(
  { setup, potential, nSpin }: FixedHamiltonian,
  kpoints: readonly Vec3[],
  {
    nBands,
    tolerance = 1e-6,
    threads = 1,
    worker,
    backend = "wasm",
    memory = MEMORY,
    onProgress,
    signal,
    pieces,
    visit,
  }: SolveBandsOptions,
): Promise<SolvedBands[]> {
  const points = setup.size[0] * setup.size[1] * setup.size[2];
  invariant(potential.length === nSpin * points, () => `solveBands: ${potential.length} values of V`);
  const spheres = kpoints.map((k) => {
    const { planeWaves } = createKPoint(setup.lattice, setup.size, setup.ecut, k, 1);
    return { k, planeWaves };
  });
  requireRoomForBands(nBands, spheres);
  const fewest = Math.min(...spheres.map(({ planeWaves }) => planeWaves));
  const held = heldBands(nBands, fewest);
  const labels = Array.from({ length: nSpin }, (_, spin) =>
    spheres.map((sphere) => ({ ...sphere, spin, weight: 1 / kpoints.length })),
  ).flat();
  const request = { tolerance, nConverge: nBands, maxIterations: 300 };
  const solved: SolvedBands[] = [];
  let done = 0;
  for (const batch of batches(labels, 16 * (held + projectorCount(setup)), memory)) {
    const orbitals = await openOrbitals(
      { setup: { ...setup, nBands: held }, blocks: batch, nSpin, backend },
      { threads, worker, signal },
    );
    try {
      const before = solved.length;
      const kept: KeptBlocks | undefined = pieces && {
        pieces,
        // the place in the batch decides the random orbitals that the eigensolver starts from
        nameOf: (place) =>
          JSON.stringify(["levels", batch[place]!.k, batch[place]!.spin, place, held, request]),
        withOrbitals: visit !== undefined,
      };
      const progress = (finished: number) => {
        done = before + finished;
        onProgress?.(done, labels.length);
      };
      const found = await orbitals.diagonalise(potential, request, progress, kept);
      found.forEach(({ eigenvalues, residualNorms, converged }, i) => {
        const { k, spin, planeWaves } = batch[i]!;
        solved.push({
          k,
          spin,
          planeWaves,
          energies: eigenvalues.slice(0, nBands),
          residualNorms: residualNorms.slice(0, nBands),
          converged,
        });
      });
      await visit?.(orbitals, solved.slice(before));
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason) throw error;
      throw new NotConvergedError(`interrupted after ${done} of ${labels.length} k-points of the bands`);
    } finally {
      await orbitals.close();
    }
  }
  return solved;
}

function batches<Label extends { readonly planeWaves: number }>(
  labels: readonly Label[],
  perWave: number,
  memory: number,
): Label[][] {
  const found: Label[][] = [[]];
  let bytes = 0;
  for (const label of labels) {
    const own = label.planeWaves * perWave;
    if (bytes + own > memory && found.at(-1)!.length > 0) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)!.push(label);
    bytes += own;
  }
  return found;
}
