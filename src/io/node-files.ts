import { createReadStream } from "node:fs";
import { access, constants, readFile, realpath, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../common/failure.ts";
import { reasonOf, removeOrphans } from "./whole-files.ts";

/** Reads texts by paths relative to `folder`. @throws InputError naming an unreadable path. */
export const readTextFrom =
  (folder: string) =>
  async (path: string): Promise<string> => {
    try {
      return await readFile(resolve(folder, path), "utf8");
    } catch (error) {
      throw new InputError(`${path}: must be a readable file, ${reasonOf(error)}`);
    }
  };

/** Longest line: engines hold no longer text than twice that. */
const LONGEST_LINE = 2 ** 28;

/**
 * Reads the lines of a text file of any size, one at a time.
 *
 * @throws InputError, while it is read, if that cannot be, or for a line that is too long.
 */
export async function* readLinesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, "utf8");
  const refused = (what: string) => new InputError(`${path}: ${what}`);
  let parts: string[] = [];
  let length = 0;
  let failure: unknown;
  input.on("error", (error) => {
    failure = error;
  });
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      const pieces = chunk.split("\n");
      const last = pieces.pop()!;
      for (const piece of pieces) {
        yield parts.join("") + piece;
        [parts, length] = [[], 0];
      }
      parts.push(last);
      length += last.length;
      if (length > LONGEST_LINE)
        throw refused(`must have lines of at most ${LONGEST_LINE} letters, got a longer one`);
    }
  } catch (error) {
    // what the reader of the lines throws is not thrown here
    throw error === failure ? refused(`must be a readable file, ${reasonOf(error)}`) : error;
  } finally {
    input.destroy();
  }
  if (length > 0) yield parts.join("");
}

export const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

/**
 * Checks before a long run that `path` can be written.
 *
 * @throws InputError naming the option unless the folder can be written and `path` is no folder.
 */
export async function requireWritable(option: string, path: string): Promise<void> {
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(
      `${option}: must be in a folder that can be written, got ${path}, ${reasonOf(error)}`,
    );
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT")
      throw new InputError(`${option}: must be a file that can be written, got ${path}, ${reasonOf(error)}`);
    return undefined;
  });
  if (found?.isDirectory()) throw new InputError(`${option}: must be a file, got the folder ${path}`);
  await removeOrphans(folder);
}

/**
 * Tells a file apart from all others, whatever path or link leads to it; undefined for what holds
 * nothing, such as a device or a pipe.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  return found.isFile() ? `${found.dev}:${found.ino}` : undefined;
}

/** Memory of this machine [B], or what its control group grants where that is less and told. */
export function systemMemory(): number {
  const granted = process.constrainedMemory?.();
  return granted !== undefined && granted > 0 ? Math.min(granted, totalmem()) : totalmem();
}
