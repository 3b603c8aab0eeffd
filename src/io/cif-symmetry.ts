import { det, type Mat3, type Vec3 } from "../common/vec3.ts";
import type { SymmetryOperation } from "../model/symmetry.ts";

/**
 * The operation that `x, -y+1/2, z` or `-x-1/2,y,0.5+z` stands for, or undefined if it is none.
 */
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
  return text === "" ? undefined : { row: [row[0]!, row[1]!, row[2]!], shift };
}
