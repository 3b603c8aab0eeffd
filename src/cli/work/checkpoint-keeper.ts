import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { PiecesKeeper } from "../../common/finished-pieces.ts";
import { type Given, text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { readCheckpoint, writeCheckpoint, writeCheckpointSync } from "../../io/checkpoint.ts";
import {
  type PiecesBefore,
  type PiecesFile,
  piecesFile,
  piecesOf,
  readPieces,
} from "../../io/pieces-file.ts";
import { claimFile, reasonOf } from "../../io/whole-files.ts";
import type { RunOptions } from "../../job/prepare/prepare-scf.ts";
import type { Job } from "../../job/schema/job.ts";
import type { Host } from "../host.ts";
import { output } from "../output/outputs.ts";
import type { Reporter } from "../terminal/reporter.ts";
import type { CheckpointOrigin, JobSource } from "./job-source.ts";

/** Options of commands that iterate. */
export const CHECKPOINT_OPTIONS = {
  checkpoint: output("keep the state of the last step here"),
  restart: text({ help: "start from a checkpoint, of this job or of a geometry near by", value: "FILE" }),
};

/** Keeps the state of a self-consistent field, so that no step is made twice. */
export interface CheckpointKeeper {
  readonly run: Pick<RunOptions, "checkpoint" | "keepOrbitals" | "restart" | "finished">;
  /** Writes the last state, if there is one that no file has yet, and says how to go on. */
  rescue(): Promise<void>;
  /** The same at once, for a process that is about to end. */
  rescueNow(): void;
  /** Removes the pieces that a later run would go on from: all of the work is done. */
  done(): void;
  /** Lets other runs write the file. */
  release(): Promise<void>;
}

/**
 * Writes after every step into the file of `--checkpoint`; without it into memory, and into a file
 * beside the result or of the job's name when the run is interrupted. What follows from the ground
 * state goes piece by piece into a file of the command beside that of `--checkpoint`, until all of
 * it is done.
 *
 * @param out the result file, if there is one.
 * @throws InputError if the file of `--restart` is no checkpoint, or another run writes that of
 *   `--checkpoint`.
 */
export async function checkpointKeeper(
  { cwd }: Host,
  report: Reporter,
  { name: command, source, job }: { readonly name: string; readonly source: JobSource; readonly job: Job },
  {
    checkpoint: kept,
    restart,
    out,
  }: Given<typeof CHECKPOINT_OPTIONS> & { readonly out?: string | undefined },
): Promise<CheckpointKeeper> {
  const path = (name: string) => resolve(cwd, name);
  const from = restart ?? (source.state === undefined ? undefined : source.files[0]);
  const pathBefore = from === undefined ? undefined : piecesPath(path(from), command);
  // a Hamiltonian that is fixed by the job leaves pieces and no state
  const isFixed = job.hamiltonian !== "kohn-sham" && pathBefore !== undefined && existsSync(pathBefore);
  const before = restart === undefined || isFixed ? source.state : await readCheckpoint(path(restart));
  let latest: object | undefined;
  let written: object | undefined;
  const rescued =
    kept ?? `${out === undefined ? join(".", source.name) : out.replace(/\.\w+$/, "")}.checkpoint.json`;
  const origin: CheckpointOrigin = { job, folder: relative(dirname(path(rescued)), source.folder) };
  const tell = () => report.urge(`checkpoint: ${rescued}; continue with --restart ${rescued}`);
  const write = async (state: object) => {
    try {
      await writeCheckpoint(path(rescued), { ...state, ...origin });
      written = state;
      return true;
    } catch (error) {
      report.warn([`checkpoint: ${reasonOf(error)}`]);
      return false;
    }
  };
  let pieces: PiecesFile | undefined;
  const finished: PiecesKeeper = {
    open(work) {
      const piecesBefore = pathBefore === undefined ? undefined : readPieces(pathBefore);
      const isSame = piecesBefore?.work === work;
      if (piecesBefore !== undefined) report.note(piecesText(piecesBefore, isSame));
      const known = isSame ? piecesBefore.pieces : new Map<string, object>();
      if (kept === undefined || !canStandBeside(path(kept))) return piecesOf(known);
      pieces = piecesFile(piecesPath(path(kept), command), work, known, (error) =>
        report.warn([`checkpoint: ${reasonOf(error)}; finished pieces from here on are not kept`]),
      );
      return pieces;
    },
  };
  const release = kept === undefined ? undefined : await claimFile("--checkpoint", path(kept));
  return {
    run: {
      checkpoint: async (state) => {
        latest = state;
        if (kept !== undefined) await write(state);
      },
      keepOrbitals: kept !== undefined,
      finished,
      ...(before === undefined ? {} : { restart: before }),
    },
    async rescue() {
      if (latest !== undefined && latest !== written && (await write(latest))) tell();
    },
    rescueNow() {
      if (latest === undefined || latest === written) return;
      writeCheckpointSync(path(rescued), { ...latest, ...origin });
      tell();
    },
    done: () => pieces?.remove(),
    release: async () => release?.(),
  };
}

/** The file of a command's finished pieces beside a checkpoint: each has pieces of its own. */
const piecesPath = (checkpoint: string, command: string): string => `${checkpoint}.${command}.pieces`;

/** Whether a file may stand beside that of a checkpoint: devices and pipes have none. */
const canStandBeside = (checkpoint: string): boolean =>
  statSync(checkpoint, { throwIfNoEntry: false })?.isFile() !== false;

function piecesText({ pieces, damaged }: PiecesBefore, isSame: boolean): string {
  const count = plural(pieces.size, "finished piece");
  const lines =
    damaged === 0 ? "" : `; ${plural(damaged, "line")} of its file cut short or damaged, and done again`;
  return isSame
    ? `restart: ${count} of the work taken over${lines}`
    : `restart: ${count} found, of other work, and not used`;
}
