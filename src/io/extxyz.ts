import { InputError, requireInput } from "../common/failure.ts";
import { det, type Mat3, norm, type Vec3 } from "../common/vec3.ts";

/** One frame of an extended XYZ file, in the units of the format. */
export interface ExtxyzFrame {
  /** Rows [Å]. */
  readonly lattice: Mat3;
  readonly atoms: readonly ExtxyzAtom[];
}

export interface ExtxyzAtom {
  readonly element: string;
  /** Cartesian [Å]. */
  readonly position: Vec3;
  /** Initial moment [μB], from a column `initial_magmoms`. */
  readonly magneticMoment?: number;
}

/**
 * Reads the only frame of an extended XYZ text: the number of atoms, a line of `key=value` pairs with `Lattice`
 * and `Properties`, then one line per atom. Other keys and columns are passed over.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with the line number, what is expected there and what was found.
 */
export function parseExtxyz(text: string, name = "extxyz"): ExtxyzFrame {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const line = (index: number) => lines[index] ?? "";
  const fail = (index: number, expected: string, found: string): never => {
    throw new InputError(
      `${name}:${index + 1}: must be ${expected}, got ${found === "" ? "nothing" : JSON.stringify(found)}`,
    );
  };
  const count = Number(line(0).trim() === "" ? Number.NaN : line(0));
  if (!Number.isInteger(count) || count < 1) fail(0, "the number of atoms", line(0));

  const pairs = keyValues(line(1));
  const vectors = pairs.get("lattice");
  if (vectors === undefined)
    return fail(1, 'a comment with Lattice="ax ay az bx by bz cx cy cz" in angstrom', line(1));
  const numbers = vectors
    .trim()
    .split(/[\s,]+/)
    .map(toNumber);
  if (numbers.length !== 9 || !numbers.every(Number.isFinite))
    fail(1, "a Lattice of nine numbers in angstrom", vectors);
  const [a, b, c, d, e, f, g, h, i] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const lattice: Mat3 = [
    [a, b, c],
    [d, e, f],
    [g, h, i],
  ];
  if (Math.abs(det(lattice)) <= 1e-6 * norm(lattice[0]) * norm(lattice[1]) * norm(lattice[2]))
    fail(1, "a Lattice of three vectors that span a volume", vectors);

  const columns = columnsOf(pairs.get("properties") ?? "species:S:1:pos:R:3");
  if (columns === undefined)
    return fail(1, "Properties such as species:S:1:pos:R:3", pairs.get("properties") ?? "");
  const atoms = Array.from({ length: count }, (_, at): ExtxyzAtom => {
    const source = line(at + 2);
    const words = source
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length < columns.width)
      fail(at + 2, `atom ${at + 1} of ${count} with ${columns.width} columns`, source.trim());
    const position = words.slice(columns.position, columns.position + 3).map(toNumber);
    const [x, y, z] = position as [number, number, number];
    if (!position.every(Number.isFinite))
      fail(at + 2, `three coordinates of atom ${at + 1} in angstrom`, source.trim());
    const element = words[columns.species] ?? "";
    if (columns.moment === undefined) return { element, position: [x, y, z] };
    const magneticMoment = toNumber(words[columns.moment] ?? "");
    if (!Number.isFinite(magneticMoment)) fail(at + 2, `a magnetic moment of atom ${at + 1}`, source.trim());
    return { element, position: [x, y, z], magneticMoment };
  });
  const rest = lines.findIndex((source, index) => index >= count + 2 && source.trim() !== "");
  if (rest >= 0) fail(rest, `the end of the file after ${count} atoms; keep one frame`, line(rest));
  return { lattice, atoms };
}

/** Fortran's exponent letter is read too; an empty word is no number. */
const toNumber = (word: string): number => (word === "" ? Number.NaN : Number(word.replace(/[dD]/, "e")));

/** `key=value`, values with spaces in double or single quotes or braces; keys in lower case. */
function keyValues(comment: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const match of comment.matchAll(
    /([A-Za-z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{([^}]*)\}|(\S+))/g,
  )) {
    pairs.set(match[1]!.toLowerCase(), match[2] ?? match[3] ?? match[4] ?? match[5] ?? "");
  }
  return pairs;
}

interface Columns {
  readonly species: number;
  readonly position: number;
  readonly moment: number | undefined;
  readonly width: number;
}

/** Where the columns we read start in a `name:type:count:…` description. */
function columnsOf(properties: string): Columns | undefined {
  const parts = properties.trim().split(":");
  const starts = new Map<string, number>();
  let width = 0;
  for (let at = 0; at < parts.length; at += 3) {
    const count = Number(parts[at + 2]);
    if (!/^[SRIL]$/.test(parts[at + 1] ?? "") || !Number.isInteger(count) || count < 1) return undefined;
    const name = (parts[at] ?? "").toLowerCase();
    if (!starts.has(name) && (name !== "pos" || count === 3)) starts.set(name, width);
    width += count;
  }
  const species = starts.get("species");
  const position = starts.get("pos");
  if (species === undefined || position === undefined) return undefined;
  return { species, position, moment: starts.get("initial_magmoms"), width };
}

/** The frame as extended XYZ text, every number with all its digits: `parseExtxyz` gives the same frame back. */
export function formatExtxyz({ lattice, atoms }: ExtxyzFrame): string {
  requireInput(atoms.length > 0, () => "formatExtxyz: must have at least one atom, got none");
  const hasMoments = atoms.some((atom) => atom.magneticMoment !== undefined);
  const properties = `species:S:1:pos:R:3${hasMoments ? ":initial_magmoms:R:1" : ""}`;
  const rows = atoms.map(({ element, position, magneticMoment }) =>
    [element, ...position, ...(hasMoments ? [magneticMoment ?? 0] : [])].join(" "),
  );
  return `${atoms.length}\nLattice="${lattice.flat().join(" ")}" Properties=${properties} pbc="T T T"\n${rows.join("\n")}\n`;
}
