import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { chmod, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../common/failure.ts";

/*
 * Files that are complete or absent. A file is written under a temporary name in its folder,
 * flushed to the disk, and renamed. The name holds machine and process, so that a later run can
 * remove the rest of a killed one.
 */

const MACHINE = hostname().replace(/\W/g, "-").slice(0, 40);
const TEMPORARY = /^\.stillwave-(.+)-(\d+)-[0-9a-f]{8}\.tmp$/;

/** A file that could not be written, named in the message with the reason. */
class FileError extends Error {
  override readonly name = "FileError";
}

/** Says in words what the system answered. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    { ENOENT: "it does not exist", EACCES: "it is not permitted", EISDIR: "it is a folder" }[code ?? ""] ??
    (error instanceof Error ? message.replace(/, \w+( '.*)?$/s, "") : String(error))
  );
}

/** What the system refuses, with the name of the file; any other error as it is. */
const asFileError = (error: unknown, path: string): unknown =>
  (error as NodeJS.ErrnoException).syscall === undefined
    ? error
    : new FileError(`${path} could not be written (${reasonOf(error)})`);

/**
 * Returns a temporary name, always the same one for a file and this process.
 *
 * @param kind tells apart two writers of one file, of which one may break into the other.
 */
function temporaryOf(target: string, kind: "usual" | "last" = "usual"): string {
  const digest = createHash("sha256").update(kind).update(basename(target)).digest("hex").slice(0, 8);
  return join(dirname(target), `.stillwave-${MACHINE}-${process.pid}-${digest}.tmp`);
}

/** What stands at a path, links followed. */
interface Target {
  readonly path: string;
  /** Permissions of the file that is replaced. */
  readonly mode?: number;
  /** Whether it is a device or a pipe, which is written to and not replaced. */
  readonly isStream: boolean;
}

async function targetOf(path: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { path: resolve(path), isStream: false };
  if (!found.isFile()) return { path, isStream: !found.isDirectory() };
  return { path: await realpath(path), mode: found.mode & 0o7777, isStream: false };
}

/**
 * Writes `chunks` so that a reader finds the old file or the whole new one, also after a crash.
 * Links stay links, permissions stay, devices and pipes are written to directly.
 *
 * @throws FileError if it cannot be written.
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const target = await targetOf(path);
  const temporary = temporaryOf(target.path);
  try {
    if (target.isStream) return await writeInto(target.path, chunks);
    await writeInto(temporary, chunks, true);
    if (target.mode !== undefined) await chmod(temporary, target.mode);
    await rename(temporary, target.path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asFileError(error, path);
  }
}

async function writeInto(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  isFlushed = false,
): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    if (isFlushed) await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Does the same without giving way to anything, for a process that is about to end; a write of the
 * same file that has begun is not finished.
 */
export function writeAtomicallySync(path: string, chunks: Iterable<string>): void {
  const target = existsSync(path) ? realpathSync(path) : resolve(path);
  const temporary = temporaryOf(target, "last");
  try {
    if (existsSync(target) && !statSync(target).isFile()) writeIntoSync(target, chunks);
    else {
      writeIntoSync(temporary, chunks, true);
      renameSync(temporary, target);
    }
  } catch (error) {
    throw asFileError(error, path);
  } finally {
    rmSync(temporary, { force: true });
    rmSync(temporaryOf(target), { force: true });
  }
}

function writeIntoSync(path: string, chunks: Iterable<string>, isFlushed = false): void {
  const file = openSync(path, "w");
  try {
    for (const chunk of chunks) writeSync(file, chunk);
    if (isFlushed) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes temporary files that killed processes of this machine left in a folder. */
export async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, machine, pid] = TEMPORARY.exec(name) ?? [];
    if (machine === MACHINE && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/**
 * Whether a process of this machine runs; one of another user does as well. One that has ended and
 * that nobody has waited for, as in containers without an init process, does not.
 */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether Linux lists a process that has ended, `Z` in its table; false where it is not told. */
function hasEnded(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Reads who claimed a file, after a while once more where the name is not written yet. */
async function holderOf(lock: string): Promise<string> {
  const read = () => readFile(lock, "utf8").catch(() => "");
  return (await read()) || new Promise((done) => setTimeout(() => done(read()), 100));
}

/**
 * Claims a file that a run writes repeatedly, by a file `….lock` beside it with the process's name.
 * Devices and pipes need no claim.
 *
 * @param option the caller's name of the file, for the message.
 * @returns a function that gives the file back.
 * @throws InputError if a running process has claimed it; processes of other machines count as
 *   running.
 */
export async function claimFile(option: string, path: string): Promise<() => Promise<void>> {
  if ((await targetOf(path)).isStream) return async () => {};
  const lock = `${path}.lock`;
  const mine = `${process.pid} ${MACHINE}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    const file = await open(lock, "wx").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return undefined;
      throw new InputError(`${option}: must be in a folder that can be written, got ${path} (${error.code})`);
    });
    if (file !== undefined) {
      await file.writeFile(mine);
      await file.close();
      return () => rm(lock, { force: true });
    }
    const holder = await holderOf(lock);
    const [pid, machine] = holder.split(" ");
    if (holder !== "" && (machine !== MACHINE || isRunning(Number(pid))))
      throw new InputError(
        `${option}: must be a file that no other run writes, got ${path}, which process ${pid} on ${machine} has claimed; if it does not run any more, delete ${lock}`,
      );
    await rm(lock, { force: true });
  }
  throw new InputError(
    `${option}: must be a file that no other run writes, got ${path}; ${lock} keeps coming back`,
  );
}
