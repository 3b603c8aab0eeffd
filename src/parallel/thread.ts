import { createKPoint } from "../basis/kpoint.ts";
import { invariant } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import { createKernels, joinInstance } from "../kernels/backends.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { canShare, createTeam, serveTeam, type Team, type TeamPlace } from "../kernels/wasm/team.ts";
import { addedWork, type CountedKernels, countedKernels, type KernelWork, noWork } from "../kernels/work.ts";
import { blockMemory, projectorCount } from "../state/block-memory.ts";
import {
  areAllReal,
  type BlockShared,
  blockShared,
  createOrbitalBlock,
  longestSphere,
  type OrbitalBlock,
  type OrbitalSetup,
} from "../state/orbital-block.ts";
import { type ArgumentOf, type BlockOperation, operate, type ResultOf } from "./block-operations.ts";
import type { EnclosedPoint, EnclosureTask } from "./enclosure-host.ts";

/** K-point and spin of a calculation. Blocks are ordered spin slowest. */
export interface BlockLabel {
  readonly k: Vec3;
  readonly weight: number;
  readonly spin: number;
  /** Measure of the work of a block. */
  readonly planeWaves: number;
}

/** Data with which a thread opens blocks of orbitals. */
export interface BlocksSpec {
  readonly setup: OrbitalSetup;
  readonly blocks: readonly BlockLabel[];
  readonly nSpin: number;
  readonly backend: BackendName;
}

/** Work of a thread. */
export interface ThreadWork {
  readonly kernels: KernelWork;
  /** Wall time in operations on blocks [s], kernels included. */
  readonly busy: number;
}

/** Interface of a thread, this one or a worker. Arguments and results are plain data. */
export interface Thread {
  /**
   * Opens the blocks of these indices with random orbitals. Returns places from which other threads
   * can share the work on each block: as many as asked for, or none where the back end has none.
   */
  open(spec: BlocksSpec, indices: readonly number[], helpers?: number): Promise<TeamPlace[]>;
  /** Takes a place in the team of another thread, until all are dismissed from it. */
  help(place: TeamPlace): Promise<void>;
  /** Sets the local potential of the blocks [Ha], shape [nSpin·N]. */
  setPotential(potential: Float64Array): Promise<void>;
  /** Runs an operation on a block. */
  run<K extends BlockOperation>(operation: K, index: number, argument: ArgumentOf<K>): Promise<ResultOf<K>>;
  /** Returns the peak memory of the kernels [bytes]. */
  peakMemory(): Promise<number>;
  /** Returns the work on the blocks since they were opened. */
  work(): Promise<ThreadWork>;
  openEnclosures(problem: ExactProblem, backend: BackendName): Promise<void>;
  enclose(task: EnclosureTask): Promise<EnclosedPoint>;
  /** Drops all that it holds, until something is opened again. */
  release(): Promise<void>;
}

/** Makes a thread whose work is done here, in a worker or in the calling thread. */
export function createThread(): Thread {
  let held: BlockHolder | undefined;
  let busy = 0;
  let enclosures: { enclose(task: EnclosureTask): Promise<EnclosedPoint> } | undefined;
  const blocks = (): BlockHolder => {
    invariant(held !== undefined, () => "a thread was asked before it was opened");
    return held;
  };
  return {
    async open(spec, indices, helpers = 0) {
      busy = 0;
      const team = helpers > 0 && canShare(spec.backend) ? createTeam(1 + helpers) : undefined;
      held = await holdBlocks(spec, indices, { team });
      return team === undefined ? [] : Array.from({ length: helpers }, (_, i) => team.place(i + 1));
    },
    // Answers before it begins, since it hears nothing afterwards.
    async help(place) {
      const exports = await Promise.all(place.instances.map(joinInstance));
      setTimeout(() => serveTeam(place, exports), 0);
    },
    setPotential: async (potential) => blocks().setPotential(potential),
    async run(operation, index, argument) {
      const start = performance.now();
      const result = operate(operation, blocks().ready(index), argument);
      busy += (performance.now() - start) / 1000;
      return result;
    },
    peakMemory: async () => blocks().peakMemory(),
    work: async () => ({ kernels: blocks().work(), busy }),
    async openEnclosures(problem, backend) {
      // Loaded on demand: runs without error bars do not need it.
      const { createEnclosureHost } = await import("./enclosure-host.ts");
      enclosures = createEnclosureHost(problem, backend);
    },
    async enclose(task) {
      invariant(enclosures !== undefined, () => "a thread was asked before it was opened");
      return enclosures.enclose(task);
    },
    async release() {
      held = undefined;
      enclosures = undefined;
    },
  };
}

export interface BlockHolder {
  setPotential(potential: Float64Array): void;
  /** Returns a block with the potential of its spin in its Hamiltonian. */
  ready(index: number): OrbitalBlock;
  peakMemory(): number;
  work(): KernelWork;
}

/** Blocks in the memory of one kernel instance. */
interface Group {
  readonly kernels: CountedKernels;
  readonly shared: BlockShared;
  /** Spin whose potential is in the memory shared by the Hamiltonians of the blocks. */
  loaded: number | undefined;
}

/** How `holdBlocks` makes blocks. */
export interface HoldOptions {
  /** Bytes to use of the memory of an instance. Default all of it. */
  readonly most?: number;
  /** Threads that share the work on each block. */
  readonly team?: Team | undefined;
}

/**
 * Makes the blocks, in as many kernel instances as it takes: the memory of one may be limited, as
 * that of WebAssembly is. What a block computes does not depend on what it shares memory with.
 */
export async function holdBlocks(
  spec: BlocksSpec,
  indices: readonly number[],
  { most = Number.POSITIVE_INFINITY, team }: HoldOptions = {},
): Promise<BlockHolder> {
  const { setup, blocks } = spec;
  const points = setup.size[0] * setup.size[1] * setup.size[2];
  const kpoints = indices.map((i) =>
    createKPoint(setup.lattice, setup.size, setup.ecut, blocks[i]!.k, blocks[i]!.weight),
  );
  const sizes = {
    planeWaves: longestSphere(blocks), // of all threads, on which no digit depends
    bands: setup.nBands,
    projectors: projectorCount(setup),
    gridPoints: points,
    isReal: areAllReal(setup, blocks),
  };
  const groups: Group[] = [];
  const held = new Map<number, { readonly block: OrbitalBlock; readonly group: Group }>();
  for (let from = 0; from < indices.length; ) {
    const kernels = countedKernels(await createKernels(spec.backend, team));
    const { directions, atOnce } = blockMemory(sizes, Math.min(most, kernels.memory().most));
    const to = Math.min(from + Math.max(1, atOnce), indices.length);
    const shared = blockShared(kernels, setup, kpoints.slice(from, to), directions);
    const group: Group = { kernels, shared, loaded: undefined };
    groups.push(group);
    for (; from < to; from++) {
      const index = indices[from]!;
      held.set(index, {
        block: createOrbitalBlock(kernels, setup, kpoints[from]!, index, shared),
        group,
      });
    }
  }
  let potential = new Float64Array(spec.nSpin * points);
  return {
    setPotential(next) {
      potential = next as Float64Array<ArrayBuffer>;
      for (const group of groups) group.loaded = undefined;
    },
    ready(index) {
      const found = held.get(index);
      invariant(found !== undefined, () => `block ${index} is held by another thread`);
      const { block, group } = found;
      const { spin } = blocks[index]!;
      if (spin !== group.loaded)
        group.shared.potential.set(potential.subarray(spin * points, (spin + 1) * points));
      group.loaded = spin;
      return block;
    },
    peakMemory: () => groups.reduce((sum, { kernels }) => sum + kernels.memory().peak, 0),
    work: () => groups.reduce((sum, { kernels }) => addedWork(sum, kernels.work()), noWork()),
  };
}
