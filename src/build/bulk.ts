import type { Mat3, Vec3 } from "../common/vec3.ts";
import { type Structure, scaleRows } from "../model/structure.ts";
import { type CrystalShape, crystalShape, isCubic, type ShapeChoice } from "./crystals.ts";

export interface BulkOptions extends ShapeChoice {
  /** Cubic instead of primitive cell. Default false. */
  readonly conventional?: boolean | undefined;
}

const CUBE: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** Primitive vectors in units of a, and the lattice points of the cubic cell. */
const FCC: Mat3 = [
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
];
const FCC_POINTS: readonly Vec3[] = [[0, 0, 0], ...FCC];
const BCC: Mat3 = [
  [-0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0.5, 0.5, -0.5],
];
const BCC_POINTS: readonly Vec3[] = [
  [0, 0, 0],
  [0.5, 0.5, 0.5],
];

/**
 * Builds a crystal: `bulk("Al")`, `bulk("GaAs", { conventional: true })`, `bulk("Fe", { crystal:
 * "fcc", a: 6.8 })`.
 *
 * The first atom is at the origin. In diamond and zincblende it has T_d symmetry: with time
 * reversal its rotations, which need no translation, reduce k-points as far as O_h does, on every
 * FFT grid.
 *
 * @param name an element, or a compound as GaAs or TiO2.
 * @throws InputError for an unknown name or one without a lattice constant.
 *
 * @example
 * ```ts
 * import { bulk } from "stillwave";
 *
 * const { lattice, atoms } = bulk("GaAs", { conventional: true });
 * console.log(lattice[0][0], atoms.length);
 * ```
 */
export function bulk(name: string, { conventional = false, ...choice }: BulkOptions = {}): Structure {
  const shape = crystalShape(name, choice);
  if (shape.crystal === "rutile") return rutile(shape);
  if (!isCubic(shape.crystal)) return hexagonal(shape);
  const isBcc = shape.crystal === "bcc";
  const basis = basisOf(shape);
  if (!conventional) return { lattice: scaleRows(shape.a, isBcc ? BCC : FCC), atoms: basis };
  // The second atom of a basis is at t(1, 1, 1) of the primitive cell and of the cube alike.
  const points = isBcc ? BCC_POINTS : FCC_POINTS;
  return {
    lattice: scaleRows(shape.a, CUBE),
    atoms: basis.flatMap(({ element, position }) =>
      points.map((p) => ({
        element,
        position: [position[0] + p[0], position[1] + p[1], position[2] + p[2]] as Vec3,
      })),
    ),
  };
}

/** Returns the atoms of the primitive cell; cubic cells have the same coordinates. */
function basisOf({ crystal, elements: [first, second = first] }: CrystalShape): Structure["atoms"] {
  const t = crystal === "rocksalt" ? 0.5 : crystal === "diamond" || crystal === "zincblende" ? 0.25 : 0;
  const one = { element: first, position: [0, 0, 0] as Vec3 };
  return t === 0 ? [one] : [one, { element: second, position: [t, t, t] }];
}

/** Places of hcp and of the second atoms in layers of graphite and boron nitride. */
const LEFT: Vec3 = [1 / 3, 2 / 3, 0.25];
const RIGHT: Vec3 = [2 / 3, 1 / 3, 0.75];

function hexagonal({ crystal, elements: [first, second], a, c }: CrystalShape): Structure {
  const at = (element: string, ...positions: readonly Vec3[]) =>
    positions.map((position) => ({ element, position }));
  return {
    lattice: [
      [a, 0, 0],
      [-a / 2, (a * Math.sqrt(3)) / 2, 0],
      [0, 0, c!], // always given for these
    ],
    atoms:
      crystal === "hcp"
        ? at(first, LEFT, RIGHT)
        : second === undefined
          ? at(first, [0, 0, 0.25], [0, 0, 0.75], LEFT, RIGHT) // half of them above each other
          : [...at(first, LEFT, RIGHT), ...at(second, [2 / 3, 1 / 3, 0.25], [1 / 3, 2 / 3, 0.75])],
  };
}

function rutile({ elements: [first, second], a, c, u }: CrystalShape): Structure {
  const at = (x: number, y: number, z: number) => ({ element: second!, position: [x, y, z] as Vec3 });
  return {
    lattice: [
      [a, 0, 0],
      [0, a, 0],
      [0, 0, c!],
    ],
    atoms: [
      { element: first, position: [0, 0, 0] },
      { element: first, position: [0.5, 0.5, 0.5] },
      at(u!, u!, 0),
      at(1 - u!, 1 - u!, 0),
      at(0.5 + u!, 0.5 - u!, 0.5),
      at(0.5 - u!, 0.5 + u!, 0.5),
    ],
  };
}
