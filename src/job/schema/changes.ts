import { requireInput } from "../../common/failure.ts";
import { type Given, number, numbers, type Option, type Options } from "../../common/options.ts";
import type { Vec3 } from "../../common/vec3.ts";

/** Changes of a job that all computing commands take. */
export const CHANGE_OPTIONS = {
  ecut: number({
    rule: "must be a positive plane-wave cutoff in Ha; 10 to 40 is usual with GTH pseudopotentials",
    above: 0,
    help: "plane-wave cutoff instead of the job's",
    value: "HA",
  }),
  kgrid: numbers<Vec3>({
    rule: "must be three positive whole numbers; such as 4,4,4",
    count: 3,
    isWhole: true,
    atLeast: 1,
    help: "k-grid instead of the job's k-points",
    value: "N,N,N",
  }),
  /** Each is `key=value`: a path of the job file, and JSON, a list of numbers or a word. */
  set: {
    rule: "must be a field of the job file and its value; such as scf.damping=0.5",
    help: "another field of the job, such as scf.damping=0.5 (may be repeated)",
    value: "KEY=VALUE",
    isRepeated: true,
    read: (text) => text.split("\n"),
    allows: (changes) => changes.every((change) => /^[^=]+=./.test(change)),
  } satisfies Option<readonly string[]>,
} as const satisfies Options;

/**
 * Returns the content of a job file with some fields changed. Nothing is checked but that the
 * fields have a place: `parseJob` does the rest.
 *
 * @throws InputError if a field lies inside of what has no fields.
 */
export function withChanges(
  value: unknown,
  { ecut, kgrid, set = [] }: Given<typeof CHANGE_OPTIONS>,
): unknown {
  let changed = value;
  if (ecut !== undefined) changed = withField(changed, ["ecut"], ecut, "ecut");
  if (kgrid !== undefined) {
    changed = withField(changed, ["kgrid"], kgrid, "kgrid");
    changed = withField(changed, ["kpoints"], undefined, "kgrid"); // which stood in place of a grid
  }
  for (const change of set) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(change)!;
    const path = key!.trim().replace(/\[(\d+)\]/g, ".$1");
    changed = withField(changed, path.split("."), readValue(text!.trim()), key!.trim());
  }
  return changed;
}

/** Reads JSON, a list such as 4,4,4, or a word. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(/^[-+.\deE]+(,[-+.\deE]+)+$/.test(text) ? `[${text}]` : text);
  } catch {
    return text;
  }
}

function withField(
  value: unknown,
  [name = "", ...rest]: readonly string[],
  field: unknown,
  key: string,
): unknown {
  const next = (before: unknown) => (rest.length === 0 ? field : withField(before, rest, field, key));
  if (Array.isArray(value)) {
    requireInput(
      /^\d+$/.test(name) && Number(name) < value.length,
      () => `${key}: must name one of ${value.length} entries by its number from 0, got ${name}`,
    );
    return value.map((each, i) => (i === Number(name) ? next(each) : each));
  }
  requireInput(
    value === undefined || (typeof value === "object" && value !== null),
    () =>
      `${key}: must lie inside of an object of the job, got ${JSON.stringify(value)} where ${name} is looked for`,
  );
  const { [name]: before, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const after = next(before);
  return after === undefined ? others : { ...others, [name]: after };
}
