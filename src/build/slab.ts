import { requireInput } from "../common/failure.ts";
import { cross, dot, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import { MOST_ATOMS, type Structure } from "../model/structure.ts";
import { bulk } from "./bulk.ts";
import { crystalShape, type ShapeChoice } from "./crystals.ts";

export interface SlabOptions extends ShapeChoice {
  /** Miller indices of the surface in the cubic axes. Default [1, 0, 0]. */
  readonly face?: Vec3 | undefined;
  /** Number of atomic layers. */
  readonly layers: number;
  /** Distance between outermost nuclei of neighbouring images of the slab [bohr]. */
  readonly vacuum: number;
}

/** Highest Miller index; cells of higher faces are too large for relaxations. */
const HIGHEST_INDEX = 9;

/**
 * Builds a slab of an fcc or bcc element with vacuum, in its smallest surface cell, with the
 * surface in the xy plane.
 *
 * The planes of the primitive lattice normal to the primitive reciprocal vector g (integers) are
 * g·m = 0, 1, 2 …; the surface cell is spanned by a reduced basis of g·m = 0, and each layer is
 * shifted from the last by a vector with g·m = 1. The centre of the slab is at (0, 0, ½) of the
 * cell, where inversion is a symmetry on every FFT grid.
 *
 * @throws InputError for another crystal, invalid indices or invalid sizes.
 *
 * @example
 * ```ts
 * import { slab } from "stillwave";
 *
 * const { lattice, atoms } = slab("Al", { face: [1, 1, 1], layers: 5, vacuum: 20 });
 * console.log(lattice[2][2], atoms.length);
 * ```
 */
export function slab(name: string, { face = [1, 0, 0], layers, vacuum, ...choice }: SlabOptions): Structure {
  const shape = crystalShape(name, choice);
  requireInput(
    shape.crystal === "fcc" || shape.crystal === "bcc",
    () => `crystal: must be fcc or bcc to cut a slab of one atom per layer, got ${shape.crystal} for ${name}`,
  );
  requireInput(
    face.every((n) => Number.isInteger(n) && Math.abs(n) <= HIGHEST_INDEX) && face.some((n) => n !== 0),
    () =>
      `face: must be three whole numbers up to ${HIGHEST_INDEX}, not all zero, such as 111, got ${face.join(",")}`,
  );
  requireInput(
    Number.isInteger(layers) && layers > 0,
    () => `layers: must be a positive whole number, got ${layers}`,
  );
  requireInput(
    layers <= MOST_ATOMS,
    () => `layers: must be at most ${MOST_ATOMS}, got ${layers}; 4 to 20 are usual`,
  );
  requireInput(
    Number.isFinite(vacuum) && vacuum > 0,
    () => `vacuum: must be a positive length, got ${vacuum}; at least 15 bohr keeps surfaces apart`,
  );
  const { lattice, atoms } = bulk(name, choice);
  const cartesian = (m: Vec3): Vec3 => rowsVec(lattice, m);
  const g = primitive([dot(lattice[0], face), dot(lattice[1], face), dot(lattice[2], face)], shape.a);
  const { inPlane, step } = latticePlanes(g);
  const [u, v] = reducedPair(cartesian(inPlane[0]), cartesian(inPlane[1]));
  const s = cartesian(step);
  // x along u, z along the normal on the side where layers are added.
  const ex = scale(1 / norm(u), u);
  const normal = cross(u, v);
  const ez = scale(Math.sign(dot(normal, s)) / norm(normal), normal);
  const [u2, v2] = dot(normal, s) > 0 ? [u, v] : [u, scale(-1, v)]; // right-handed
  const ey = cross(ez, ex);
  const spacing = dot(s, ez);
  const height = (layers - 1) * spacing + vacuum;
  const length = dot(u2, ex);
  const [vx, vy] = [dot(v2, ex), dot(v2, ey)];
  const [sx, sy] = [dot(s, ex), dot(s, ey)];
  const wrap = (x: number) => x - Math.floor(x + 1e-9);
  return {
    lattice: [
      [length, 0, 0],
      [vx, vy, 0],
      [0, 0, height],
    ],
    atoms: Array.from({ length: layers }, (_, layer) => {
      const steps = layer - (layers - 1) / 2;
      const second = (steps * sy) / vy;
      const first = (steps * sx - second * vx) / length;
      return {
        element: atoms[0]!.element,
        position: [wrap(first), wrap(second), 0.5 + (steps * spacing) / height] as Vec3,
      };
    }),
  };
}

/** Returns coprime integers proportional to `v`, multiples of half a lattice constant. */
function primitive(v: Vec3, a: number): Vec3 {
  const whole = v.map((x) => Math.round((2 * x) / a));
  const divisor = whole.reduce((d, x) => greatestCommonDivisor(d, x), 0);
  const [x, y, z] = whole.map((n) => n / divisor) as [number, number, number];
  return [x, y, z];
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);

/** Returns x, y with ax + by = gcd(a, b). */
function bezout(a: number, b: number): [number, number] {
  if (b === 0) return [Math.sign(a) || 1, 0];
  const [x, y] = bezout(b, a % b);
  return [y, x - Math.trunc(a / b) * y];
}

/** Returns a basis of the integer vectors with g·m = 0 and a vector with g·m = 1, for coprime g. */
function latticePlanes(g: Vec3): { inPlane: [Vec3, Vec3]; step: Vec3 } {
  const [h, k, l] = g;
  if (h === 0 && k === 0)
    return {
      inPlane: [
        [1, 0, 0],
        [0, 1, 0],
      ],
      step: [0, 0, l],
    };
  const d = greatestCommonDivisor(h, k);
  const [p, q] = bezout(h, k); // hp + kq = d
  const [r, t] = bezout(d, l); // dr + lt = 1
  return {
    inPlane: [
      [k / d, -h / d, 0],
      [l * p, l * q, -d],
    ],
    step: [r * p, r * q, t],
  };
}

/** Returns the two shortest vectors of a planar lattice (Gauss), at 60 to 120 degrees. */
function reducedPair(u: Vec3, v: Vec3): [Vec3, Vec3] {
  let [short, long] = norm(u) <= norm(v) ? [u, v] : [v, u];
  for (;;) {
    // Halves are rounded down, so that equal neighbours do not alternate for ever.
    const multiple = Math.round(dot(short, long) / dot(short, short) - 1e-9);
    const next = sub(long, scale(multiple, short));
    if (norm(next) >= norm(short) * (1 - 1e-9)) return [short, next];
    [short, long] = [next, short];
  }
}
