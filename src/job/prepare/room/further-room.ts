import { blocksTogether, heldBands } from "../../../bands/solve-bands.ts";
import { countPlaneWaves, requireRoomForBands } from "../../../basis/kpoint.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { createKernels } from "../../../kernels/backends.ts";
import { meanPlaneWaves } from "../../../model/lattice.ts";
import { projectorCount } from "../../../state/block-memory.ts";
import type { Job } from "../../schema/job.ts";
import type { TimeNeeds } from "../../tasks/estimate/expected-time.ts";
import { type JobCrystal, sizedCrystal, sizesOf } from "../job-crystal.ts";
import type { UnsolvedHamiltonian } from "../prepare-hamiltonian.ts";
import type { Session } from "../session.ts";
import { foretellLevels } from "./foretold.ts";
import { estimateMemory, type MemoryNeeds, PROGRAM, requireMemory } from "./memory-estimate.ts";
import { type JobSizes, requireRoom } from "./sizes.ts";

/*
 * What follows a ground state takes memory of its own. It is known, and refused, before the work
 * for the ground state begins.
 */

/** Levels asked of a Hamiltonian. */
export interface LevelsWanted {
  /** As they are, or at least how many: enough to foretell what takes long. */
  readonly kpoints: readonly Vec3[] | number;
  readonly bands: number;
  /** What they are for, in the words of a refusal. */
  readonly purpose: string;
  /** Whether the orbitals of all k-points are held together. Default false. */
  readonly areTogether?: boolean | undefined;
  /** Whether it has been said already how long they take. Default false. */
  readonly isForetold?: boolean | undefined;
}

const COMPLEX = 16;
const REAL = 8;
/** Energy, residual and rests of the arrays that hold them [B for each level]. */
const LEVEL = 64;
/** Share of all plane waves up to which bands surely fit into every sphere. */
const SURE = 0.5;

/**
 * Refuses levels that do not fit into this machine or into the basis.
 *
 * @returns whether it was said how long they take.
 * @throws InputError with the estimate.
 */
export async function requireRoomForLevels(
  session: Session,
  { model, size }: Pick<UnsolvedHamiltonian, "model" | "size">,
  { kpoints, bands, purpose, areTogether = false, isForetold = false }: LevelsWanted,
): Promise<boolean> {
  const { job, backend, threads, platform } = session;
  const { lattice, nSpin } = model;
  const waves = meanPlaneWaves(lattice.volume, job.ecut);
  const projectors = projectorCount(model);
  const held = heldBands(bands, Math.ceil(1.1 * waves)); // more is refused for itself
  const isLeast = typeof kpoints === "number";
  const blocks = nSpin * (isLeast ? kpoints : kpoints.length);
  const kernels = await createKernels(backend);
  const taken: MemoryNeeds = {
    volume: lattice.volume,
    ecut: job.ecut,
    gridPoints: size[0] * size[1] * size[2],
    bands: held,
    kpoints: areTogether ? blocks : blocksTogether(blocks, COMPLEX * waves * (held + projectors)),
    projectors,
    spins: nSpin,
    history: 0,
    threads,
    most: kernels.memory().most,
    besides: { levels: LEVEL * blocks * held },
    purpose,
  };
  // with more k-points something else may be wrong, of which the refusal speaks
  const memory = isLeast ? estimateMemory(taken) : requireMemory(taken, platform.systemMemory());
  const needs: TimeNeeds = {
    size,
    planeWaves: waves,
    bands: held,
    blocks,
    projectors,
    spins: nSpin,
    hasGradients: false,
    isReal: false,
    hasStates: false,
  };
  const isLong = isForetold || foretellLevels(session, needs, memory.bytes, { purpose, isLeast });
  if (!isLeast && bands > SURE * waves)
    requireRoomForBands(
      bands,
      kpoints.map((k) => ({ k, planeWaves: countPlaneWaves(lattice, job.ecut, k) })),
    );
  return isLong;
}

/** What is held beside a ground state while positions and cell are relaxed. */
export const relaxNeeds = (needs: MemoryNeeds, atoms: number): MemoryNeeds => ({
  ...needs,
  besides: { "Hessian of the atoms": HESSIANS * REAL * (3 * atoms + STRAINS) ** 2 },
  purpose: "the relaxation",
});

/** The first guess, that of the search, and its factor. */
const HESSIANS = 3;
/** Coordinates of the cell. */
const STRAINS = 6;

/** Panels of the equations for the change of orbitals, in each thread: `blockResponse`. */
const RESPONSE_PANELS = 6;

/**
 * What a dielectric analysis takes beside the ground state.
 *
 * @param products with the operator at most; each leaves a density.
 */
export const dielectricNeeds = (needs: MemoryNeeds, products: number): MemoryNeeds => ({
  ...needs,
  panels: RESPONSE_PANELS,
  besides: {
    "orbitals set aside": savedBytes(needs),
    "densities of the Krylov space": REAL * needs.gridPoints * (needs.spins ?? 1) * (products + 1),
  },
  purpose: "the dielectric analysis",
});

/** Panels of the larger basis beside its orbitals: lifted, correction, change, and in messages. */
const LARGER_PANELS = 4;

/**
 * What error estimates take on their larger basis and beside it.
 *
 * @param ratio of the two cutoffs.
 */
export function errorsNeeds(needs: MemoryNeeds, ratio: number): MemoryNeeds {
  const larger: MemoryNeeds = {
    ...needs,
    ecut: ratio * needs.ecut,
    gridPoints: ratio ** 1.5 * needs.gridPoints,
    history: 0,
    isReal: false, // the larger basis is complex
    mayGrow: false, // its bands are those that were found
    panels: RESPONSE_PANELS,
    purpose: `errors on a basis of ${ratio} times the cutoff`,
  };
  const own = estimateMemory({ ...needs, mayGrow: false, panels: RESPONSE_PANELS, threads: 1 });
  return {
    ...larger,
    besides: {
      "the smaller basis": own.bytes - PROGRAM,
      "panels of the larger basis": LARGER_PANELS * savedBytes(larger),
    },
  };
}

/** What orbitals on another k-grid take beside those of the run and their response. */
export const kgridNeeds = (needs: MemoryNeeds, own: MemoryNeeds): MemoryNeeds => ({
  ...needs,
  history: 0,
  mayGrow: false,
  besides: {
    "the grid of the run":
      estimateMemory({ ...own, mayGrow: false, panels: RESPONSE_PANELS }).bytes - PROGRAM,
  },
  purpose: "forces and stress on a denser k-grid",
});

/** Refuses what does not fit beside the ground state. @throws InputError with the estimate. */
export const requireFurtherRoom = ({ platform }: Session, needs: MemoryNeeds): unknown =>
  requireMemory(needs, platform.systemMemory());

/** Refuses the job of a session if it cannot be run here. */
export const requireRunnable = async (session: Session, crystal?: JobCrystal): Promise<unknown> =>
  sizedCrystal(session, { crystal });

/**
 * Refuses jobs that cannot be run here and differ in settings alone: their crystal is read, and its
 * symmetry found, once.
 *
 * @param refuse throws by the sizes of each.
 */
export async function requireAllRunnable(
  session: Session,
  jobs: readonly Job[],
  refuse: (sizes: JobSizes) => unknown = () => {},
): Promise<void> {
  const [first, ...others] = jobs;
  if (first === undefined) return;
  const crystal = await sizedCrystal({ ...session, job: first });
  refuse(crystal.sizes);
  for (const job of others) {
    requireRoom(job, crystal.model, session.platform.systemMemory());
    refuse(sizesOf({ ...session, job }, crystal));
  }
}

const savedBytes = ({ volume, ecut, bands, kpoints }: MemoryNeeds): number =>
  COMPLEX * meanPlaneWaves(volume, ecut) * bands * kpoints;
