import { NotConvergedError } from "../../../common/failure.ts";
import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import { type GroundState, groundStateFrom } from "../../../ground/ground-state.ts";
import type { GridSize } from "../../../kernels/kernels.ts";
import type { Model } from "../../../model/model.ts";
import { drain, type drainOrResume } from "../../prepare/drain.ts";
import { chargeOf } from "../../prepare/model.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import {
  dielectricNeeds,
  errorsNeeds,
  kgridNeeds,
  requireFurtherRoom,
} from "../../prepare/room/further-room.ts";
import type { Session } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import { whyNotConverged } from "./why-not-converged.ts";

/** What a run needs beside the job, where its result is held and not written. */
export type SolveOptions = Omit<RunOptions, "onFields">;

/** Solves the prepared job of a session. @throws NotConvergedError if there is no ground state. */
export const solveConverged = async (
  session: Session,
  prepared: PreparedScf,
  options: SolveOptions,
): Promise<GroundState> => onlyConverged(session, await solveSession(session, prepared, options));

/**
 * Solves the prepared job of a session, converged or not. Whoever calls it closes the state.
 *
 * @param run how its steps are made. Default all of them.
 */
export async function solveSession(
  session: Session,
  prepared: PreparedScf,
  options: SolveOptions,
  run: typeof drainOrResume = drain,
): Promise<GroundState> {
  const { problem, system, dipoleAxis } = prepared;
  const { basis } = problem;
  return groundStateFrom(problem, await run(prepared, options), {
    async moved(positions, lattice, from, planeWaves) {
      const job = movedJob(session.job, basis.model, positions, lattice ?? basis.model.lattice.vectors);
      const restart = { ...from, system };
      const moved = { ...session, job };
      const again = await prepareSession(moved, { ...options, restart, planeWaves, dipoleAxis });
      return solveConverged(moved, again, options);
    },
    async atCutoff(ecut) {
      const { planeWaves } = options;
      const fftSize = session.job.fftSize && finerSize(session.job.fftSize, ecut / session.job.ecut);
      const job = { ...session.job, ecut, fftSize, realOrbitals: false };
      const larger = planeWaves && {
        ...planeWaves,
        fftSize: finerSize(planeWaves.fftSize, ecut / session.job.ecut),
      };
      requireFurtherRoom(session, errorsNeeds(prepared.sizes.needs, ecut / session.job.ecut));
      return (await prepareSession({ ...session, job }, { planeWaves: larger, dipoleAxis })).problem;
    },
    async atKgrid({ kgrid, kshifts }) {
      const { kpoints: _, ...own } = session.job;
      const job = { ...own, kgrid, kshift: [0, 0, 0] as Vec3, kshifts, fftSize: basis.grid.size };
      const denser = { ...session, job, foretell: () => {} };
      return (
        await prepareSession(denser, { planeWaves: options.planeWaves, dipoleAxis }, ({ needs }) =>
          requireFurtherRoom(session, kgridNeeds(needs, prepared.sizes.needs)),
        )
      ).problem;
    },
    requireDielectricRoom: (maxProducts) =>
      requireFurtherRoom(session, dielectricNeeds(prepared.sizes.needs, maxProducts)),
  });
}

/** A multiple of a grid, which has its symmetry, for a cutoff larger by a factor. */
function finerSize(size: GridSize, factor: number): GridSize {
  const times = Math.ceil(Math.sqrt(factor) - 1e-9);
  return [times * size[0], times * size[1], times * size[2]];
}

/** Closes what is no ground state, and says why it is none. */
export async function onlyConverged(session: Session, state: GroundState): Promise<GroundState> {
  if (state.converged) return state;
  await state.close();
  const { reason, diagnosis } = whyNotConverged(session, { last: state.last, reason: state.status });
  const why = [reason, diagnosis?.cause, diagnosis?.remedy].filter((text) => text !== undefined);
  throw new NotConvergedError([...new Set(why)].join("; "));
}

/** The job of the same atoms at other positions, fractional, in a cell of other rows [bohr]. */
export function movedJob(job: Job, model: Model, positions: readonly Vec3[], lattice: Mat3): Job {
  const charge = chargeOf(model);
  return {
    ...job,
    structure: {
      lattice,
      atoms: model.atoms.map(({ species, magneticMoment }, i) => ({
        element: model.species[species]!.element,
        position: positions[i]!,
        magneticMoment,
      })),
      cartesian: false,
      units: "bohr",
      allowCloseAtoms: job.structure.allowCloseAtoms,
    },
    // what the structure file said is said by the job, which has a file no longer
    ...(job.charge === undefined && charge !== 0 ? { charge } : {}),
  };
}
