import { type FinishedPieces, isNumbers } from "../common/finished-pieces.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { BlockExamination, Examination } from "../state/examine-block.ts";
import type { MissedLevels, MissedRequest } from "../state/missed-levels.ts";
import type { BlockEigenvalues, EigenRequest } from "../state/orbital-block.ts";
import type { ResponseRequest, ResponseSource } from "../state/response-block.ts";
import type { BlockGradient } from "../state/stiefel.ts";
import type { ArgumentOf, BlockOperation, ResultOf, SavedSolution } from "./block-operations.ts";
import { type BlockProgress, type Blocks, type BlocksSpec, type BlocksWork, openBlocks } from "./blocks.ts";
import type { WorkerSource } from "./spawn.ts";

export type { BlockProgress } from "./blocks.ts";

/** Change of the density with the potential, summed over blocks. */
export interface DensityResponse {
  /** δρ(r) at fixed Fermi level [bohr⁻³], not symmetrised, shape [nSpin·N]. */
  readonly density: RealField;
  /** With sources: changes of the filled orbitals outside the given states, one panel per block. */
  readonly changes: readonly Float64Array[];
  /** Number of bands multiplied by H. */
  readonly applications: number;
  /** Whether every Sternheimer equation reached its tolerance. */
  readonly converged: boolean;
}

/**
 * Orbitals of all k-points, in this thread or in workers. Sums over blocks run in block order, so
 * that no digit depends on the number of threads.
 */
export interface Orbitals {
  readonly spec: BlocksSpec;
  readonly threads: number;
  /** Runs an operation on every block and returns the results in block order. */
  map<K extends BlockOperation>(
    operation: K,
    argument: (index: number) => ArgumentOf<K>,
    progress?: BlockProgress,
  ): Promise<ResultOf<K>[]>;
  /** Sets the local potential that operations with the Hamiltonian use [Ha], shape [nSpin·N]. */
  setPotential(potential: ReadonlyRealField): Promise<void>;
  /**
   * Solves for the orbitals of the local potential V(r), shape [nSpin·N].
   *
   * @param kept takes blocks from here that were solved before, and keeps the others.
   */
  diagonalise(
    potential: ReadonlyRealField,
    request: EigenRequest,
    progress?: BlockProgress,
    kept?: KeptBlocks,
  ): Promise<BlockEigenvalues[]>;
  /**
   * Returns Σ_blocks Σ_n w_n |ψ_n(r)|² [bohr⁻³], not symmetrised, shape [nSpin·N].
   *
   * @param weights one array per block; for the density f_n w_k electrons.
   */
  density(weights: readonly Float64Array[], progress?: BlockProgress): Promise<RealField>;
  /** Computes `density` for several sets of weights in one pass over the orbitals. */
  densities(
    sets: readonly (readonly Float64Array[])[],
    progress?: BlockProgress,
  ): Promise<readonly RealField[]>;
  /** Returns Σ w ⟨ψ|·|ψ⟩ of each operator, summed over blocks [Ha]. */
  energies(weights: readonly Float64Array[]): Promise<Float64Array>;
  /** Returns −∂/∂R of these energies, Cartesian [Ha/bohr], shape [operators · 3 · nAtoms]. */
  forces(weights: readonly Float64Array[]): Promise<Float64Array>;
  /** Returns ∂/∂ε of the energies at fixed coefficients [Ha], [operators · 9]; NaN if unknown. */
  strain(weights: readonly Float64Array[]): Promise<Float64Array>;
  /**
   * Returns the first-order change of the density when the potential of the last `diagonalise`
   * changes by δV(r) [Ha], shape [nSpin·N].
   *
   * @param requests one per block.
   * @param sources couplings beside that by the potential, one per block.
   */
  response(
    deltaPotential: ReadonlyRealField,
    requests: readonly ResponseRequest[],
    progress?: BlockProgress,
    sources?: readonly ResponseSource[],
  ): Promise<DensityResponse>;
  /** Returns the energy gradient in the potential V(r) for full orbitals, one per block. */
  gradient(potential: ReadonlyRealField): Promise<BlockGradient[]>;
  /** Measures the orbitals against the potential V(r) [Ha], shape [nSpin·N]. */
  examine(
    potential: ReadonlyRealField,
    requests: readonly Examination[],
    progress?: BlockProgress,
  ): Promise<BlockExamination[]>;
  /** Looks for levels that are not among the orbitals, in the potential V(r) [Ha]. */
  missed(
    potential: ReadonlyRealField,
    request: (index: number) => MissedRequest,
    progress?: BlockProgress,
  ): Promise<MissedLevels[]>;
  /** Projects panels, one per block, to the orbitals' tangent space; may be preconditioned. */
  tangentPart(panels: readonly Float64Array[], preconditioned: boolean): Promise<Float64Array[]>;
  /** Replaces all orbitals by orthonormal bases of the spans of panels, one per block. */
  retract(panels: readonly Float64Array[]): Promise<void>;
  /** Returns copies of the orbitals, one panel per block. */
  save(): Promise<Float64Array[]>;
  /** Overwrites the lowest orbitals of the blocks for which there is a panel. */
  restore(psi: readonly (Float64Array | undefined)[]): Promise<void>;
  /** Returns the peak memory of all kernels [bytes]. */
  peakMemory(): Promise<number>;
  /** Returns the work of all threads since the orbitals were opened. */
  work(): Promise<BlocksWork>;
  /** Ends the workers and drops the orbitals. */
  close(): Promise<void>;
}

/** Where `diagonalise` keeps each block as soon as it is solved. */
export interface KeptBlocks {
  readonly pieces: FinishedPieces;
  /** The name of a block there: all that its solution depends on beside the work. */
  readonly nameOf: (index: number) => string;
  /** Whether the orbitals are wanted afterwards, and kept too. */
  readonly withOrbitals: boolean;
}

/** How `openOrbitals` opens them. */
export interface OpenOptions {
  /** Default 1. */
  readonly threads?: number;
  readonly worker?: WorkerSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens random orbitals, in this thread or in workers.
 *
 * @param signal aborts all operations but `save` and `restore` between blocks, with its reason.
 * @throws InputError if there are more bands than plane waves.
 */
export async function openOrbitals(
  spec: BlocksSpec,
  { threads = 1, worker, signal }: OpenOptions = {},
): Promise<Orbitals> {
  return orbitalsOn(await openBlocks(spec, threads, worker), spec, signal);
}

/** Makes the orbitals of open blocks: sums over blocks for blocks in any thread. */
export function orbitalsOn(blocks: Blocks, spec: BlocksSpec, signal?: AbortSignal): Orbitals {
  const { setup, nSpin } = spec;
  const points = setup.size[0] * setup.size[1] * setup.size[2];
  /** Range of a block's spin in a field. */
  const range = (index: number) => {
    const from = spec.blocks[index]!.spin * points;
    return [from, from + points] as const;
  };
  const map: Orbitals["map"] = async (operation, argument, onBlock) => {
    const results: ResultOf<typeof operation>[] = [];
    await blocks.each(operation, argument, (result) => results.push(result), { onBlock, signal });
    return results;
  };
  /** Sums arrays of equal length over blocks. */
  const sum = async (operation: "energies" | "forces" | "strain", weights: readonly Float64Array[]) => {
    let total = new Float64Array(0);
    const add = (part: Float64Array, index: number) => {
      if (index === 0) total = new Float64Array(part.length);
      addTo(total, part);
    };
    await blocks.each(operation, (index) => weights[index]!, add, { signal });
    return total;
  };
  const densities: Orbitals["densities"] = async (sets, onBlock) => {
    const totals = sets.map(() => newRealField(nSpin * points));
    await blocks.each(
      "densities",
      (index) => sets.map((weights) => weights[index]!),
      (parts, index) => {
        for (const [s, part] of parts.entries()) addTo(totals[s]!.subarray(...range(index)), part);
      },
      { onBlock, signal },
    );
    return totals;
  };
  const restore = (psi: readonly (Float64Array | undefined)[]) => {
    const absent = Array.from(psi.keys()).filter((index) => psi[index] === undefined);
    return blocks.each(
      "restore",
      (index) => psi[index]!,
      () => {},
      { known: new Map(absent.map((index) => [index, undefined])) },
    );
  };
  return {
    spec,
    threads: blocks.threads,
    map,
    setPotential: blocks.setPotential,
    async diagonalise(potential, request, onBlock, kept) {
      await blocks.setPotential(potential);
      if (kept === undefined) return map("diagonalise", () => request, onBlock);
      const { pieces, nameOf, withOrbitals } = kept;
      const known = solvedBefore(spec, kept);
      if (withOrbitals) await restore(spec.blocks.map((_, index) => known.get(index)?.psi));
      const solved: BlockEigenvalues[] = [];
      await blocks.each(
        "diagonaliseAndSave",
        () => ({ request, withOrbitals }),
        (block) => solved.push(block),
        { onBlock, known, onResult: (block, index) => pieces.keep(nameOf(index), block), signal },
      );
      return solved;
    },
    density: async (weights, progress) => (await densities([weights], progress))[0]!,
    densities,
    energies: (weights) => sum("energies", weights),
    forces: (weights) => sum("forces", weights),
    strain: (weights) => sum("strain", weights),
    async response(deltaPotential, requests, onBlock, sources) {
      const density = newRealField(nSpin * points);
      const changes: Float64Array[] = [];
      let applications = 0;
      let converged = true;
      await blocks.each(
        "response",
        // A copy of one spin: a view would take the whole field to the other thread.
        (index) => ({
          request: requests[index]!,
          deltaPotential: deltaPotential.slice(...range(index)),
          source: sources?.[index],
        }),
        (part, index) => {
          addTo(density.subarray(...range(index)), part.density);
          if (part.changes !== undefined) changes.push(part.changes);
          applications += part.applications;
          converged &&= part.converged;
        },
        { onBlock, signal },
      );
      return { density, changes, applications, converged };
    },
    async gradient(potential) {
      await blocks.setPotential(potential);
      return map("gradient", () => null);
    },
    async examine(potential, requests, progress) {
      await blocks.setPotential(potential);
      return map("examine", (index) => requests[index]!, progress);
    },
    async missed(potential, request, progress) {
      await blocks.setPotential(potential);
      return map("missed", request, progress);
    },
    tangentPart: (panels, preconditioned) =>
      map("tangentPart", (index) => ({ panel: panels[index]!, preconditioned })),
    retract: async (panels) => void (await map("retract", (index) => panels[index]!)),
    async save() {
      const panels: Float64Array[] = [];
      const keep = (panel: Float64Array) => panels.push(panel);
      await blocks.each("save", () => null, keep);
      return panels;
    },
    restore,
    peakMemory: blocks.peakMemory,
    work: blocks.work,
    close: blocks.close,
  };
}

/** Finds the blocks that were solved before. */
function solvedBefore(
  { setup: { nBands }, blocks }: BlocksSpec,
  { pieces, nameOf, withOrbitals }: KeptBlocks,
): Map<number, SavedSolution> {
  const found = new Map<number, SavedSolution>();
  for (const [index, { planeWaves }] of blocks.entries()) {
    const isWhole = (value: unknown): value is SavedSolution => {
      const { eigenvalues, residualNorms, applications, converged, psi } = value as Partial<SavedSolution>;
      return (
        isNumbers(eigenvalues, nBands) &&
        isNumbers(residualNorms, nBands) &&
        typeof applications === "number" &&
        typeof converged === "boolean" &&
        (!withOrbitals || isNumbers(psi, 2 * planeWaves * nBands))
      );
    };
    const block = pieces.find(nameOf(index), isWhole);
    if (block !== undefined) found.set(index, block);
  }
  return found;
}

function addTo(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
}
