import { bandsOfDos, computeDos, type Dos, type DosChoices, dosValues } from "../../../ground/dos.ts";
import { kpointClasses, samplingSize } from "../../../model/kpoint-set.ts";
import { VERSION } from "../../../version.ts";
import {
  placeForLevels,
  prepareHamiltonian,
  type UnsolvedHamiltonian,
} from "../../prepare/prepare-hamiltonian.ts";
import type { RunOptions } from "../../prepare/prepare-scf.ts";
import { requireRoomForLevels } from "../../prepare/room/further-room.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import type { DosFile } from "./dos-result.ts";

/** Which density of states, and progress callbacks. Default bands: the job's. */
export interface DosOptions extends Omit<RunOptions, "onFields">, Omit<DosChoices, "signal" | "pieces"> {}

/**
 * Density of states of a job's Hamiltonian; for `kohn-sham` the ground state is found first and its
 * potential frozen.
 *
 * @param value a job file's content.
 * @throws InputError if the job or an option cannot be used, NotConvergedError if there is no
 *   ground state.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runDos } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { fermiLevel, energies, spins } = await runDos(job, { kgrid: [2, 2, 2] });
 * console.log(fermiLevel, energies.length, spins.length);
 * ```
 */
export const runDos = async (value: unknown, options: DosOptions = {}): Promise<DosFile> =>
  dosTask(await openSession(parseJob(value), options), options);

/** Density of states of the job of a session. */
export async function dosTask(session: Session, options: DosOptions): Promise<DosFile> {
  const { job } = session;
  const unsolved = await prepareHamiltonian(session, options);
  const choices = { ...options, bands: options.bands ?? job.bands ?? undefined };
  await requireRoomForDos(session, unsolved, choices);
  const { warnings, pieces, ...crystal } = await unsolved.solve();
  const place = await placeForLevels(session, crystal, bandsOfDos(unsolved.model, choices.bands));
  const dos = await computeDos(crystal, place, { ...choices, pieces });
  return {
    stillwave: VERSION,
    job,
    ...plain(dos),
    resources: session.resources(),
    warnings: [...warnings, ...dos.warnings],
  };
}

/** Checks options and sizes before the long work. */
async function requireRoomForDos(
  session: Session,
  unsolved: UnsolvedHamiltonian,
  choices: DosOptions,
): Promise<void> {
  const { model, choice, operations, timeReversal } = unsolved;
  const { chosen, bands, local } = dosValues(model, choice, choices);
  const wanted = {
    bands: bandsOfDos(model, bands),
    purpose: local ? "the local density of states" : "the density of states",
    areTogether: local,
  };
  // to reduce so many takes seconds
  const { points } = samplingSize(chosen);
  const least = Math.ceil(points / (2 * operations.length));
  const isForetold =
    points > MANY && (await requireRoomForLevels(session, unsolved, { ...wanted, kpoints: least }));
  const { kpoints } = kpointClasses(chosen, operations, timeReversal);
  await requireRoomForLevels(session, unsolved, {
    ...wanted,
    isForetold,
    kpoints: kpoints.map(({ k }) => k),
  });
}

/** k-points before symmetry that are no longer reduced in the twinkling of an eye. */
const MANY = 1e5;

/** Copies the arrays into lists, as a file has them. */
const plain = ({
  method,
  width,
  kgrid,
  kpoints,
  fermiLevel,
  completeBelow,
  energies,
  spins,
  local,
}: Dos) => ({
  method,
  ...(method === "gaussian" || local !== undefined ? { width } : {}),
  ...(kgrid && { kgrid }),
  kpoints,
  fermiLevel,
  completeBelow,
  energies: [...energies],
  spins: spins.map(({ density, integrated }) => ({ density: [...density], integrated: [...integrated] })),
  ...(local && {
    local: { ...local, energies: [...local.energies], values: local.values.map((row) => [...row]) },
  }),
});
