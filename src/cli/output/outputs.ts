import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { type Option, type Options, text } from "../../common/options.ts";
import { identityOf, requireWritable } from "../../io/node-files.ts";
import { requirePicture } from "../../io/picture.ts";
import type { Call } from "../command.ts";

/** How the name of a picture may end. */
export const PICTURE = [".svg", ".png", ".pdf"] as const;

const PIXELS = { cm: 96 / 2.54, mm: 96 / 25.4, in: 96, px: 1 } as const;

/** The option of commands that draw. */
export const PICTURE_WIDTH = {
  pictureWidth: {
    rule: "must be a length from 5cm to 50cm, in cm, mm, in or px; 8.6cm is a column of a journal",
    help: "width of pictures, such as 8.6cm for a column; letters keep their size",
    value: "LENGTH",
    /** [px], 96 to the inch. */
    read: (written) => {
      const [, digits, unit] = /^([\d.]+)(cm|mm|in|px)$/.exec(written) ?? [];
      return unit === undefined ? Number.NaN : Number(digits) * PIXELS[unit as keyof typeof PIXELS];
    },
    allows: (width) => width >= 5 * PIXELS.cm && width <= 50 * PIXELS.cm,
  } satisfies Option<number>,
} as const;

/** Declares an option that names a file to be written. */
export const output = (help: string, endings: readonly string[] = []): Option<string> => ({
  ...text({ help, value: "FILE" }),
  endings,
});

/**
 * Asks now what writing the files would find hours later.
 *
 * @param options all that the command has.
 * @param inputs files that are read, which stay as they are.
 * @throws InputError for the first that cannot be written, is one of the inputs or another of them.
 */
export async function requireOutputs(
  options: Options,
  { options: given, flag, host: { cwd } }: Call<Readonly<Record<string, Option<unknown>>>>,
  inputs: readonly string[] = [],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const [option, { endings }] of Object.entries(options)) {
    const name = given[option];
    if (endings === undefined || typeof name !== "string") continue;
    requireInput(
      endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending)),
      () =>
        `${flag(option)}: must end in ${listed(endings)}, got ${name}; the ending chooses what is written`,
    );
    const path = resolve(cwd, name);
    if (/\.(png|pdf)$/.test(name)) await requirePicture(flag(option), path);
    else await requireWritable(flag(option), path);
    await requireNotRead(flag(option), path, inputs);
    const identity = await identityOf(path);
    if (identity === undefined) continue;
    const other = taken.get(identity);
    requireInput(
      other === undefined,
      () => `${flag(option)}: must be another file than that of ${other}, got ${name} for both`,
    );
    taken.set(identity, flag(option));
  }
}

/** Refuses to write what is read. @throws InputError if a path leads to one of the inputs. */
export async function requireNotRead(option: string, path: string, inputs: readonly string[]): Promise<void> {
  const identity = await identityOf(path);
  const known = await Promise.all(inputs.map(identityOf));
  requireInput(
    identity === undefined || !known.includes(identity),
    () => `${option}: must be another file than the job and those it names, got ${path}`,
  );
}

const listed = (endings: readonly string[]): string =>
  endings.length === 1 ? endings[0]! : `${endings.slice(0, -1).join(", ")} or ${endings.at(-1)}`;
