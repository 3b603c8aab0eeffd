import { add, det, type Mat3, matVec, norm, rowsVec, scale, type Vec3 } from "../../../common/vec3.ts";
import { composed, type SymmetryOperation } from "../../../model/symmetry.ts";
import type { TextSource } from "../../text-source.ts";

/** A symmetry of a crystal with moments: an operation, with −1 for time reversal, else +1. */
export interface MagneticOperation extends SymmetryOperation {
  readonly reversal: 1 | -1;
}

/** Translations this near to a multiple of 1/24 stand for it: 0.333 for a third. */
const NEAR = 1e-3;

/** Reads an operation such as `x, -y+1/2, z` or `-x-1/2,y,0.5+z`; undefined for other text. */
export function parseSymop(text: string): SymmetryOperation | undefined {
  const parts = text.replace(/\s+/g, "").toLowerCase().split(",");
  if (parts.length !== 3) return undefined;
  const rows = parts.map(parseRow);
  const [x, y, z] = rows;
  if (x === undefined || y === undefined || z === undefined) return undefined;
  const rotation: Mat3 = [x.row, y.row, z.row];
  if (Math.abs(det(rotation)) !== 1) return undefined;
  return { rotation, translation: [x.shift, y.shift, z.shift] };
}

/** Reads `x,-y,z+1/2,-1`: an operation and its time reversal, +1 by default; else undefined. */
export function parseMagneticSymop(text: string): MagneticOperation | undefined {
  const parts = text.replace(/\s+/g, "").split(",");
  const last = parts[3] ?? "+1";
  if (!/^[+-]?1$/.test(last) || parts.length > 4) return undefined;
  const operation = parseSymop(parts.slice(0, 3).join(","));
  return operation && { ...operation, reversal: last.startsWith("-") ? -1 : 1 };
}

/** One coordinate: a sum of ±x, ±y, ±z and numbers. */
function parseRow(text: string): { row: Vec3; shift: number } | undefined {
  const row = [0, 0, 0];
  let shift = 0;
  let rest = text;
  while (rest !== "") {
    const term = /^([+-]?)(?:([xyz])|(\d+(?:\.\d*)?|\.\d+)(?:\/(\d+))?)/.exec(rest);
    if (term === null || (rest !== text && term[1] === "")) return undefined;
    const sign = term[1] === "-" ? -1 : 1;
    if (term[2] !== undefined) row["xyz".indexOf(term[2])]! += sign;
    else shift += (sign * Number(term[3])) / Number(term[4] ?? 1);
    rest = rest.slice(term[0].length);
  }
  if (!Number.isFinite(shift)) return undefined;
  const near = Math.round(24 * shift) / 24;
  return text === ""
    ? undefined
    : { row: [row[0]!, row[1]!, row[2]!], shift: Math.abs(shift - near) < NEAR ? near : shift };
}

/** Tells whether lattice vectors and their sums keep their lengths, to the rounding of files. */
export function isIsometry({ rotation }: SymmetryOperation, lattice: Mat3): boolean {
  const image = (v: Vec3) => norm(rowsVec(lattice, matVec(rotation, v)));
  const probes: readonly Vec3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [0, 1, 1],
    [1, 0, 1],
  ];
  return probes.every((v) => Math.abs(image(v) / norm(rowsVec(lattice, v)) - 1) < 0.01);
}

/** Where a symmetry moves the point x, in fractional coordinates. */
export const imageOf = ({ rotation, translation }: SymmetryOperation, x: Vec3): Vec3 =>
  add(matVec(rotation, x), translation);

/**
 * Applies an operation to a moment in fractional coordinates. Moments are axial vectors: rotations
 * act with their determinant, and time reversal changes the sign.
 */
export const momentAfter = ({ rotation, reversal }: MagneticOperation, moment: Vec3): Vec3 =>
  scale(reversal * det(rotation), matVec(rotation, moment));

/** An operation with the line it stands on. */
export type Listed = MagneticOperation & { readonly at: number };

/**
 * Lists every operation once.
 *
 * @throws InputError with two lines whose product is missing: the list is no group.
 */
export function groupOf(source: TextSource, operations: readonly Listed[]): Listed[] {
  const table = new Map<string, Listed[]>();
  const key = ({ rotation, reversal }: MagneticOperation) => `${rotation.join()} ${reversal}`;
  const isIn = (operation: MagneticOperation) =>
    (table.get(key(operation)) ?? []).some(({ translation }) =>
      translation.every((t, i) => Math.abs(rounded(t - operation.translation[i]!)) < 2 * NEAR),
    );
  const different: Listed[] = [];
  for (const operation of operations) {
    if (isIn(operation)) continue;
    different.push(operation);
    table.set(key(operation), [...(table.get(key(operation)) ?? []), operation]);
  }
  for (const first of different)
    for (const second of different) {
      const reversal = (first.reversal * second.reversal) as 1 | -1;
      if (!isIn({ ...composed(first, second), reversal }))
        source.fail(
          first.at,
          `an operation of a group: its product with the one of line ${second.at + 1} is not in the list`,
        );
    }
  return different;
}

const rounded = (x: number): number => x - Math.round(x);
