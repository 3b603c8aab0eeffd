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

/** Monoclinic, twofold axis along x, the face of a and b centred; α in degrees. */
const baseCentred = (a: number, b: number, c: number, alpha: number): Mat3 => {
  const angle = (alpha * Math.PI) / 180;
  return [
    [a / 2, b / 2, 0],
    [-a / 2, b / 2, 0],
    [0, c * Math.cos(angle), c * Math.sin(angle)],
  ];
};
/** The axis a for which b cos α/c + (b sin α/a)² = 1. */
const fourthShape = (b: number, c: number, alpha: number): number => {
  const angle = (alpha * Math.PI) / 180;
  return (b * Math.sin(angle)) / Math.sqrt(1 - (b * Math.cos(angle)) / c);
};

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
  ["monoclinic", "mP", [[7, 0, 0], [0, 5, 0], [0, 2, 6]]], // biome-ignore format: a matrix
  ["monoclinic, unreduced", "mP", [[5, 0, 0], [0, 9, 0], [0, 12, 4]]], // biome-ignore format: a matrix
  ["monoclinic, twofold axis long", "mP", [[0, 3, 4.4], [12, 0, 0], [0, 5, -2]]], // biome-ignore format: a matrix
  ["monoclinic, base-centred, shape 1", "mC", baseCentred(5, 8, 9, 70)],
  ["monoclinic, base-centred, shape 2", "mC", baseCentred(8 * Math.sin((70 * Math.PI) / 180), 8, 9, 70)],
  ["monoclinic, base-centred, shape 3", "mC", baseCentred(14, 7, 12, 75)],
  ["monoclinic, base-centred, shape 4", "mC", baseCentred(fourthShape(7, 12, 75), 7, 12, 75)],
  ["monoclinic, base-centred, shape 5", "mC", baseCentred(8.2, 8, 9, 70)],
  ["monoclinic, base-centred, short c", "mC", baseCentred(6, 9, 5, 80)],
  ["monoclinic, base-centred, c short and wide", "mC", baseCentred(11, 9, 4, 62)],
  ["triclinic", "aP", [[7, 0, 0], [1, 5, 0], [2, 1.3, 6]]], // biome-ignore format: a matrix
  ["triclinic, obtuse", "aP", [[7, 0, 0], [-2, 6, 0], [-1, -2, 8]]], // biome-ignore format: a matrix
  ["triclinic, flat", "aP", [[9, 0, 0], [4, 8, 0], [3, 2, 3.5]]], // biome-ignore format: a matrix
];
