import { random } from "../../src/common/random.ts";
import { cross, type Mat3, matMul, norm, scale, type Vec3 } from "../../src/common/vec3.ts";

/** The same lattice in another setting: turned at random, with other primitive vectors. */
export function otherSetting(vectors: Mat3, seed: number): Mat3 {
  const stream = random(seed);
  const direction = (): Vec3 => [stream.normal(), stream.normal(), stream.normal()];
  const unit = (v: Vec3) => scale(1 / norm(v), v);
  const x = unit(direction());
  const y = unit(cross(x, direction()));
  const turn: Mat3 = [x, y, cross(x, y)];
  let mix: Mat3 = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  // Elementary steps v_i ← v_i ± v_j keep the lattice; in the end one vector is turned round, a left-handed setting.
  for (let step = 0; step < 9; step++) {
    const i = Math.abs(Math.floor(3 * stream.normal())) % 3;
    const j = (i + 1 + (Math.abs(Math.floor(2 * stream.normal())) % 2)) % 3;
    const sign = stream.normal() > 0 ? 1 : -1;
    mix = mix.map((row, r) => (r === i ? row.map((v, c) => v + sign * mix[j]![c]!) : row)) as unknown as Mat3;
  }
  if (seed % 2 === 1) mix = [scale(-1, mix[0]), mix[1], mix[2]];
  return matMul(matMul(mix, vectors), turn);
}

const fcc = (a: number): Mat3 => [
  [0, a / 2, a / 2],
  [a / 2, 0, a / 2],
  [a / 2, a / 2, 0],
];
const box = (a: number, b: number, c: number): Mat3 => [
  [a, 0, 0],
  [0, b, 0],
  [0, 0, c],
];
const centred = (a: number, c: number): Mat3 => [
  [-a / 2, a / 2, c / 2],
  [a / 2, -a / 2, c / 2],
  [a / 2, a / 2, -c / 2],
];
const hexagonal = (a: number, c: number): Mat3 => [
  [a, 0, 0],
  [-a / 2, (a * Math.sqrt(3)) / 2, 0],
  [0, 0, c],
];

/** Orthorhombic cells, centred on their faces, in their body, and on one face. */
const faces = (a: number, b: number, c: number): Mat3 => [
  [0, b / 2, c / 2],
  [a / 2, 0, c / 2],
  [a / 2, b / 2, 0],
];
const body = (a: number, b: number, c: number): Mat3 => [
  [-a / 2, b / 2, c / 2],
  [a / 2, -b / 2, c / 2],
  [a / 2, b / 2, -c / 2],
];
const base = (a: number, b: number, c: number): Mat3 => [
  [a / 2, -b / 2, 0],
  [a / 2, b / 2, 0],
  [0, 0, c],
];
/** Three vectors round the axis [111]. */
const rhombus = (x: number, y: number): Mat3 => [
  [x, y, y],
  [y, x, y],
  [y, y, x],
];

/** Lattices by name, with the type they are. */
export const LATTICES: readonly (readonly [name: string, type: string, vectors: Mat3])[] = [
  ["simple cubic", "cP", box(6, 6, 6)],
  ["face-centred cubic", "cF", fcc(10.26)],
  ["body-centred cubic", "cI", centred(5.4, 5.4)],
  ["tetragonal, long", "tP", box(7, 7, 11)],
  ["tetragonal, flat", "tP", box(11, 11, 3)],
  ["body-centred tetragonal, long", "tI", centred(6, 11)],
  ["body-centred tetragonal, just beyond fcc", "tI", centred(6, 6 * Math.SQRT2 * 1.05)],
  ["body-centred tetragonal, flat", "tI", centred(9, 5)],
  ["hexagonal, close-packed", "hP", hexagonal(6.06, 6.06 * Math.sqrt(8 / 3))],
  ["hexagonal, flat", "hP", hexagonal(9, 4)],
  ["orthorhombic", "oP", box(9, 5, 7)],
  ["orthorhombic, face-centred, one axis short", "oF", faces(4, 7, 9)],
  ["orthorhombic, face-centred, axes alike", "oF", faces(7, 8, 9)],
  ["orthorhombic, body-centred", "oI", body(5, 7, 9)],
  ["orthorhombic, body-centred, axes mixed", "oI", body(8, 5, 7)],
  ["orthorhombic, base-centred", "oC", base(5, 7, 6)],
  ["orthorhombic, base-centred, long c", "oC", base(5, 7, 12)],
  ["rhombohedral, acute", "hR", rhombus(7, 1)],
  ["rhombohedral, very acute", "hR", rhombus(7, 4)],
  ["rhombohedral, obtuse", "hR", rhombus(7, -1)],
  ["rhombohedral, very obtuse", "hR", rhombus(7, -2.9)],
];
