import { exactProductGridSize, symmetricGridSize } from "../../../basis/grid.ts";
import { countPlaneWaves, requireRoomForBands } from "../../../basis/kpoint.ts";
import { inversionCentre } from "../../../basis/real/inversion-centre.ts";
import { areReal } from "../../../basis/real/real-basis.ts";
import { requireInput } from "../../../common/failure.ts";
import { functionals } from "../../../functionals/functionals.ts";
import type { GridSize } from "../../../kernels/kernels.ts";
import { latticePointGroup } from "../../../model/crystal-symmetry/lattice-symmetry.ts";
import { rotationsOfGrid } from "../../../model/crystal-symmetry/symmetry-subgroups.ts";
import {
  chooseKpoints,
  type KpointChoice,
  type KpointSet,
  MOST_KPOINTS,
  samplingSize,
} from "../../../model/kpoint-set.ts";
import { meanPlaneWaves } from "../../../model/lattice.ts";
import type { Model } from "../../../model/model.ts";
import type { SymmetryOperation } from "../../../model/symmetry.ts";
import { electronsToHold, initialBands } from "../../../scf/rules/bands.ts";
import { projectorCount } from "../../../state/block-memory.ts";
import { pastSteps } from "../../schema/accelerators.ts";
import type { Job } from "../../schema/job.ts";
import { kpointChoice } from "../crystal.ts";
import { requireBands } from "../model.ts";
import { estimateMemory, type MemoryEstimate, type MemoryNeeds, requireMemory } from "./memory-estimate.ts";

/** Sizes of a ground state, known before its basis is made. */
export interface JobSizes {
  readonly choice: KpointChoice;
  readonly fftSize: GridSize;
  /** Operations that keep the FFT grid. */
  readonly onGrid: readonly SymmetryOperation[];
  readonly zone: KpointSet;
  /** Of each k-point. */
  readonly planeWaves: readonly number[];
  readonly needs: MemoryNeeds;
  readonly memory: MemoryEstimate;
}

/** Where a job is to fit. */
export interface Room {
  readonly threads: number;
  /** Bytes of the machine. */
  readonly systemMemory: number;
  /** Most bytes of one kernel instance; default infinite. */
  readonly most?: number;
}

/** Symmetry leaves at least this share of the points of a grid: 48 rotations and time reversal. */
const LEAST_SHARE = 1 / 96;

/**
 * Refuses what fits into no machine from lower bounds of its sizes, before symmetry is looked for.
 *
 * @throws InputError with the estimate, what is allowed and what to change.
 */
export function requireRoom(job: Job, model: Model, systemMemory: number): void {
  const choice = kpointChoice(job, model, []);
  const { points, text } = samplingSize(choice);
  const size = job.fftSize ?? exactProductGridSize(model.lattice.vectors, job.ecut);
  const needs = needsOf(
    job,
    model,
    size,
    { count: Math.ceil(points * LEAST_SHARE), areReal: job.realOrbitals },
    { threads: 1, systemMemory },
  );
  requireInput(
    points <= MOST_KPOINTS,
    () =>
      `kgrid: must give at most ${MOST_KPOINTS} k-points before symmetry, got ${text}, of which at least ${needs.kpoints.toExponential(1).replace("e+", "e")} are different and take ${(estimateMemory(needs).bytes / 2 ** 30).toPrecision(3)} GiB; lower kgrid`,
  );
  const isIterated = job.hamiltonian === "kohn-sham";
  requireMemory(isIterated ? needs : { ...needs, bands: 1, kpoints: 1, history: 0 }, systemMemory);
}

/**
 * Sizes and memory of a job, with the k-points that symmetry leaves.
 *
 * @throws InputError if the job does not fit.
 */
export function jobSizes(
  job: Job,
  model: Model,
  operations: readonly SymmetryOperation[],
  room: Room,
): JobSizes {
  requireBands(job, model);
  const { choice, fftSize, onGrid, zone } = jobZone(job, model, operations);
  const centre = inversionCentre(model, zone.operations, fftSize, job.ecut);
  const kpoints = {
    count: zone.kpoints.length,
    areReal: job.realOrbitals && areReal(zone.kpoints, centre),
  };
  const needs = needsOf(job, model, fftSize, kpoints, room);
  const memory = requireMemory(needs, room.systemMemory);
  const planeWaves = zone.kpoints.map(({ k }) => countPlaneWaves(model.lattice, job.ecut, k));
  if (job.bands !== null)
    requireRoomForBands(
      job.bands,
      zone.kpoints.map(({ k }, i) => ({ k, planeWaves: planeWaves[i]! })),
    );
  return { choice, fftSize, onGrid, zone, planeWaves, needs, memory };
}

/** Finds the k-points of a job, and the operations that its grid keeps. */
export function jobZone(
  job: Job,
  model: Model,
  operations: readonly SymmetryOperation[],
): Pick<JobSizes, "choice" | "fftSize" | "onGrid" | "zone"> {
  const choice = kpointChoice(job, model, operations);
  const fftSize = job.fftSize ?? symmetricGridSize(model.lattice.vectors, job.ecut, operations);
  const onGrid = rotationsOfGrid(operations, fftSize);
  const zone = chooseKpoints(choice, {
    operations: onGrid,
    lattice: () => latticePointGroup(model.lattice.vectors),
    kgridSymmetry: job.kgridSymmetry,
  });
  return { choice, fftSize, onGrid, zone };
}

const needsOf = (
  job: Job,
  model: Model,
  size: GridSize,
  kpoints: { readonly count: number; readonly areReal: boolean },
  { threads, most }: Room,
): MemoryNeeds => ({
  volume: model.lattice.volume,
  ecut: job.ecut,
  gridPoints: size[0] * size[1] * size[2],
  bands: Math.min(
    initialBands(electronsToHold(model), 2 / model.nSpin, job.temperature > 0, job.bands).nBands,
    Math.ceil(1.1 * meanPlaneWaves(model.lattice.volume, job.ecut)), // more is refused for itself
  ),
  kpoints: model.nSpin * kpoints.count,
  isReal: kpoints.areReal,
  mayGrow: job.temperature > 0 && job.bands === null,
  projectors: projectorCount(model),
  spins: model.nSpin,
  hasGradients: functionals(job.functional).some(({ kind }) => kind === "gga"),
  history: pastSteps(job.scf.accelerator),
  threads,
  ...(most === undefined ? {} : { most }),
});
