import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { type Option, type Options, text } from "../../common/options.ts";
import { requireWritable } from "../../io/node-files.ts";
import { requirePicture } from "../../io/picture.ts";
import type { Call } from "../command.ts";

export const PICTURE = [".svg", ".png"] as const;

/** Declares an option that names a file to be written. */
export const output = (help: string, endings: readonly string[] = []): Option<string> => ({
  ...text({ help, value: "FILE" }),
  endings,
});

/**
 * Asks now what writing the files would find hours later.
 *
 * @param options all that the command has.
 * @throws InputError for the first that cannot be written.
 */
export async function requireOutputs(
  options: Options,
  { options: given, flag, host: { cwd } }: Call<Readonly<Record<string, Option<unknown>>>>,
): Promise<void> {
  for (const [option, { endings }] of Object.entries(options)) {
    const name = given[option];
    if (endings === undefined || typeof name !== "string") continue;
    requireInput(
      endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending)),
      () =>
        `${flag(option)}: must end in ${listed(endings)}, got ${name}; the ending chooses what is written`,
    );
    if (name.endsWith(".png")) await requirePicture(flag(option), resolve(cwd, name));
    else await requireWritable(flag(option), resolve(cwd, name));
  }
}

const listed = (endings: readonly string[]): string =>
  endings.length === 1 ? endings[0]! : `${endings.slice(0, -1).join(", ")} or ${endings.at(-1)}`;
