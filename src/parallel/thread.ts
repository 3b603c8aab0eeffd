import { createKPoint } from "../basis/kpoint.ts";
import { invariant } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import { createKernels } from "../kernels/backends.ts";
import type { BackendName } from "../kernels/kernels.ts";
import {
  blockShared,
  createOrbitalBlock,
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

/** Interface of a thread, this one or a worker. Arguments and results are plain data. */
export interface Thread {
  /** Opens the blocks of these indices with random orbitals. */
  open(spec: BlocksSpec, indices: readonly number[]): Promise<void>;
  /** Sets the local potential of the blocks [Ha], shape [nSpin·N]. */
  setPotential(potential: Float64Array): Promise<void>;
  /** Runs an operation on a block. */
  run<K extends BlockOperation>(operation: K, index: number, argument: ArgumentOf<K>): Promise<ResultOf<K>>;
  /** Returns the peak memory of the kernels [bytes]. */
  peakMemory(): Promise<number>;
  openEnclosures(problem: ExactProblem, backend: BackendName): Promise<void>;
  enclose(task: EnclosureTask): Promise<EnclosedPoint>;
}

/** Makes a thread whose work is done here, in a worker or in the calling thread. */
export function createThread(): Thread {
  let held: BlockHolder | undefined;
  let enclosures: { enclose(task: EnclosureTask): Promise<EnclosedPoint> } | undefined;
  const blocks = (): BlockHolder => {
    invariant(held !== undefined, () => "a thread was asked before it was opened");
    return held;
  };
  return {
    async open(spec, indices) {
      held = await holdBlocks(spec, indices);
    },
    setPotential: async (potential) => blocks().setPotential(potential),
    run: async (operation, index, argument) => operate(operation, blocks().ready(index), argument),
    peakMemory: async () => blocks().peakMemory(),
    async openEnclosures(problem, backend) {
      // Loaded on demand: runs without error bars do not need it.
      const { createEnclosureHost } = await import("./enclosure-host.ts");
      enclosures = createEnclosureHost(problem, backend);
    },
    async enclose(task) {
      invariant(enclosures !== undefined, () => "a thread was asked before it was opened");
      return enclosures.enclose(task);
    },
  };
}

interface BlockHolder {
  setPotential(potential: Float64Array): void;
  /** Returns a block with the potential of its spin in its Hamiltonian. */
  ready(index: number): OrbitalBlock;
  peakMemory(): number;
}

async function holdBlocks(spec: BlocksSpec, indices: readonly number[]): Promise<BlockHolder> {
  const { setup, blocks } = spec;
  const kernels = await createKernels(spec.backend);
  const points = setup.size[0] * setup.size[1] * setup.size[2];
  const kpoints = indices.map((i) =>
    createKPoint(setup.lattice, setup.size, setup.ecut, blocks[i]!.k, blocks[i]!.weight),
  );
  const shared = blockShared(kernels, setup, kpoints);
  const held = new Map(
    indices.map((index, i) => [index, createOrbitalBlock(kernels, setup, kpoints[i]!, index, shared)]),
  );
  let potential = new Float64Array(spec.nSpin * points);
  /** Spin whose potential is in the memory shared by the Hamiltonians of all blocks. */
  let loaded: number | undefined;
  return {
    setPotential(next) {
      potential = next as Float64Array<ArrayBuffer>;
      loaded = undefined;
    },
    ready(index) {
      const { spin } = blocks[index]!;
      if (spin !== loaded) shared.potential.set(potential.subarray(spin * points, (spin + 1) * points));
      loaded = spin;
      const block = held.get(index);
      invariant(block !== undefined, () => `block ${index} is held by another thread`);
      return block;
    },
    peakMemory: () => kernels.memory().peak,
  };
}
