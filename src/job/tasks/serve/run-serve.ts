import { type Given, valuesOf } from "../../../common/options.ts";
import { det, type Mat3, type Vec3 } from "../../../common/vec3.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import type { Answer, AskedGeometry } from "../../../io/ipi.ts";
import { scaleRows, toFractional } from "../../../model/structure.ts";
import { VERSION } from "../../../version.ts";
import { prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { relaxNeeds, requireFurtherRoom } from "../../prepare/room/further-room.ts";
import type { ResourceUse, Session } from "../../prepare/session.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { movedJob, solveConverged } from "../scf/solve-session.ts";
import { SERVE_OPTIONS } from "./options.ts";

/** What answering needs, and whom it tells. */
export interface ServeOptions
  extends Given<typeof SERVE_OPTIONS>,
    Omit<RunOptions, "onFields" | "restart" | "checkpoint" | "keepOrbitals" | "planeWaves"> {
  /** Asks for geometries of so many atoms, one after the other, until there are no more. */
  readonly converse: (count: number, answer: (geometry: AskedGeometry) => Promise<Answer>) => Promise<void>;
  readonly onGeometry?: (geometry: ServedGeometry) => void;
}

/** A geometry that was answered. */
export interface ServedGeometry {
  /** Counted from 1. */
  readonly geometry: number;
  /** Free energy [Ha]. */
  readonly energy: number;
  /** Steps of its self-consistent field. */
  readonly scfSteps: number;
}

/** What `serve` tells in the end. */
export interface ServeResult {
  /** Version that answered. */
  readonly stillwave: string;
  readonly geometries: number;
  readonly scfSteps: number;
  /** Whether Ctrl-C ended it. */
  readonly interrupted: boolean;
  readonly resources: ResourceUse;
  readonly warnings: readonly string[];
}

/**
 * Answers for the free energy, forces and virial of a job's atoms at whatever positions and in
 * whatever cell somebody asks for. The ground state is kept: each geometry starts from density and
 * orbitals of the one before it.
 *
 * @throws InputError if the job or a geometry cannot be used, NotConvergedError if one has no
 *   ground state. It is not answered.
 */
export async function serveTask(session: Session, options: ServeOptions): Promise<ServeResult> {
  requireSelfConsistent(session.job);
  const { converse, onGeometry, onWarnings, planeWaves: _, ...run } = options;
  const { planeWaves } = valuesOf("serve", SERVE_OPTIONS, options);
  // Later geometries start from others: nothing to warn of.
  const prepared = await prepareSession(
    session,
    { ...run, ...(onWarnings && { onWarnings }) },
    ({ needs }, { atoms }) => requireFurtherRoom(session, relaxNeeds(needs, atoms.length)),
  );
  const { dipoleAxis, warnings } = prepared;
  const { model, choice } = prepared.problem.basis;
  // A spacing of k-points would give other divisions in other cells.
  const job: Job = "kgrid" in choice ? { ...session.job, kgrid: choice.kgrid } : session.job;
  let state: GroundState | undefined;
  let geometries = 0;
  let scfSteps = 0;
  const first = async (positions: readonly Vec3[], lattice: Mat3): Promise<GroundState> => {
    const at = { ...session, job: movedJob(job, model, positions, lattice) };
    return solveConverged(at, await prepareSession(at, { ...run, dipoleAxis }), run);
  };
  const answer = async ({ lattice, positions }: AskedGeometry): Promise<Answer> => {
    const fractional = positions.map(toFractional(lattice));
    state = await (state?.moved(fractional, lattice, planeWaves) ?? first(fractional, lattice));
    const energy = state.energies.total;
    const [forces, stress] = [await state.forces(), await state.stress()];
    const steps = state.history.length;
    geometries++;
    scfSteps += steps;
    onGeometry?.({ geometry: geometries, energy, scfSteps: steps });
    return { energy, forces, virial: scaleRows(-Math.abs(det(lattice)), stress) };
  };
  try {
    await converse(model.atoms.length, answer);
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  } finally {
    await state?.close();
  }
  return {
    stillwave: VERSION,
    geometries,
    scfSteps,
    interrupted: options.signal?.aborted === true,
    resources: session.resources(),
    warnings,
  };
}
