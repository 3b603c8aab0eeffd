import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import { rowsOfAngles } from "../../../model/lattice.ts";

/** Lattice parameters of Quantum ESPRESSO's celldm(1) … (6): a [bohr], b/a, c/a and cosines. */
export interface QeLattice {
  readonly ibrav: number;
  readonly a: number;
  readonly bOverA: number;
  readonly cOverA: number;
  /** celldm(4) … celldm(6) or cosBC, cosAC, cosAB: of the angles opposite to a, b and c. */
  readonly cosBC: number;
  readonly cosAC: number;
  readonly cosAB: number;
}

/** Which of b/a, c/a and the cosines an ibrav needs. */
export const QE_NEEDS: Readonly<Record<number, readonly (keyof QeLattice)[]>> = {
  1: [],
  2: [],
  3: [],
  [-3]: [],
  4: ["cOverA"],
  5: ["cosAB"],
  [-5]: ["cosAB"],
  6: ["cOverA"],
  7: ["cOverA"],
  8: ["bOverA", "cOverA"],
  9: ["bOverA", "cOverA"],
  [-9]: ["bOverA", "cOverA"],
  91: ["bOverA", "cOverA"],
  10: ["bOverA", "cOverA"],
  11: ["bOverA", "cOverA"],
  12: ["bOverA", "cOverA", "cosAB"],
  [-12]: ["bOverA", "cOverA", "cosAC"],
  13: ["bOverA", "cOverA", "cosAB"],
  [-13]: ["bOverA", "cOverA", "cosAC"],
  14: ["bOverA", "cOverA", "cosBC", "cosAC", "cosAB"],
};

/** Primitive vectors (rows, in units of a) of a Bravais lattice by number, if known [QE09]. */
export function qeLattice(lattice: QeLattice): Mat3 | undefined {
  const { ibrav, bOverA: b, cOverA: c, cosBC, cosAC, cosAB } = lattice;
  switch (ibrav) {
    case 1:
      return box(1, 1, 1);
    case 2:
      return half([-1, 0, 1], [0, 1, 1], [-1, 1, 0]);
    case 3:
      return half([1, 1, 1], [-1, 1, 1], [-1, -1, 1]);
    case -3:
      return half([-1, 1, 1], [1, -1, 1], [1, 1, -1]);
    case 4:
      return [
        [1, 0, 0],
        [-0.5, Math.sqrt(3) / 2, 0],
        [0, 0, c],
      ];
    case 5:
    case -5:
      return rhombohedral(cosAB, ibrav === -5);
    case 6:
      return box(1, 1, c);
    case 7:
      return half([1, -1, c], [1, 1, c], [-1, -1, c]);
    case 8:
      return box(1, b, c);
    case 9:
      return half([1, b, 0], [-1, b, 0], [0, 0, 2 * c]);
    case -9:
      return half([1, -b, 0], [1, b, 0], [0, 0, 2 * c]);
    case 91:
      return half([2, 0, 0], [0, b, -c], [0, b, c]);
    case 10:
      return half([1, 0, c], [1, b, 0], [0, b, c]);
    case 11:
      return half([1, b, c], [-1, b, c], [-1, -b, c]);
    case 12:
      return [
        [1, 0, 0],
        [b * cosAB, b * sine(cosAB), 0],
        [0, 0, c],
      ];
    case -12:
      return [
        [1, 0, 0],
        [0, b, 0],
        [c * cosAC, 0, c * sine(cosAC)],
      ];
    case 13:
      return [
        [0.5, 0, -c / 2],
        [b * cosAB, b * sine(cosAB), 0],
        [0.5, 0, c / 2],
      ];
    case -13:
      return [
        [0.5, b / 2, 0],
        [-0.5, b / 2, 0],
        [c * cosAC, 0, c * sine(cosAC)],
      ];
    case 14:
      return rowsOfAngles([1, b, c], [cosBC, cosAC, cosAB]);
    default:
      return undefined;
  }
}

const sine = (cosine: number): number => Math.sqrt(1 - cosine * cosine);
const box = (x: number, y: number, z: number): Mat3 => [
  [x, 0, 0],
  [0, y, 0],
  [0, 0, z],
];
const half = (a: Vec3, b: Vec3, c: Vec3): Mat3 => [
  [a[0] / 2, a[1] / 2, a[2] / 2],
  [b[0] / 2, b[1] / 2, b[2] / 2],
  [c[0] / 2, c[1] / 2, c[2] / 2],
];

/** Threefold axis along z, or along (1, 1, 1). */
function rhombohedral(cosine: number, isAlong111: boolean): Mat3 {
  const tx = Math.sqrt((1 - cosine) / 2);
  const ty = Math.sqrt((1 - cosine) / 6);
  const tz = Math.sqrt((1 + 2 * cosine) / 3);
  if (!isAlong111)
    return [
      [tx, -ty, tz],
      [0, 2 * ty, tz],
      [-tx, -ty, tz],
    ];
  const u = (tz - 2 * Math.SQRT2 * ty) / Math.sqrt(3);
  const v = (tz + Math.SQRT2 * ty) / Math.sqrt(3);
  return [
    [u, v, v],
    [v, u, v],
    [v, v, u],
  ];
}
