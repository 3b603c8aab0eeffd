import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { requireWritable } from "../../io/node-files.ts";
import { requirePicture } from "../../io/picture.ts";
import type { Host } from "../host.ts";

/** A file that an option names, and how its name may end. */
export interface OutputFile {
  readonly option: string;
  readonly name: string | undefined;
  /** Such as `.svg`; anything if there are none. */
  readonly endings?: readonly string[];
}

export const PICTURE = [".svg", ".png"] as const;

/**
 * Asks now what writing the files would find hours later.
 *
 * @throws InputError for the first that cannot be written.
 */
export async function requireOutputs({ cwd }: Host, files: readonly OutputFile[]): Promise<void> {
  for (const { option, name, endings = [] } of files) {
    if (name === undefined) continue;
    requireInput(
      endings.length === 0 || endings.some((ending) => name.endsWith(ending)),
      () => `${option}: must end in ${listed(endings)}, got ${name}; the ending chooses what is written`,
    );
    if (name.endsWith(".png")) await requirePicture(option, resolve(cwd, name));
    else await requireWritable(option, resolve(cwd, name));
  }
}

const listed = (endings: readonly string[]): string =>
  endings.length === 1 ? endings[0]! : `${endings.slice(0, -1).join(", ")} or ${endings.at(-1)}`;
