import { requireInput } from "../common/failure.ts";
import { cross, dot, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import { MOST_ATOMS, type Structure } from "../model/structure.ts";
import { bulk } from "./bulk.ts";
import { CRYSTALS, crystalShape, isCubic, type ShapeChoice } from "./crystals.ts";

export interface SlabOptions extends ShapeChoice {
  /** Miller indices of the surface in the cubic axes. Default [1, 0, 0]. */
  readonly face?: Vec3 | undefined;
  /** Number of atomic layers. */
  readonly layers: number;
  /** Distance between outermost nuclei of neighbouring images of the slab [bohr]. */
  readonly vacuum: number;
}

/** Heights closer than this, in units of the distance of lattice planes, are one layer. */
const SAME_HEIGHT = 1e-6;

/** Highest Miller index; cells of higher faces are too large for relaxations. */
const HIGHEST_INDEX = 9;

/**
 * Builds a slab of a cubic crystal with vacuum, in its smallest surface cell, with the surface in
 * the xy plane.
 *
 * The planes of the primitive lattice normal to the primitive reciprocal vector g (integers) are
 * g·m = 0, 1, 2 …; the surface cell is spanned by a reduced basis of g·m = 0, and each plane is
 * shifted from the last by a vector with g·m = 1. A layer is all atoms at one height. The centre of
 * the slab, between an atom of the first and one of the last layer, is at (0, 0, ½) of the cell; in
 * fcc, bcc and diamond it is a centre of inversion, a symmetry on every FFT grid.
 *
 * Surfaces are as cut, not reconstructed. The lowest layer is one below which the next would be
 * farthest: of diamond (111), an even number of layers breaks one bond of each surface atom.
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
    isCubic(shape.crystal),
    () =>
      `crystal: must be cubic to cut a slab, ${CRYSTALS.filter(isCubic).join(", ")}, got ${shape.crystal} for ${name}`,
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
  const length = dot(u2, ex);
  const [vx, vy] = [dot(v2, ex), dot(v2, ey)];
  const [sx, sy] = [dot(s, ex), dot(s, ey)];
  const basis = atoms.map(({ element, position }) => {
    const t = cartesian(position);
    return { element, x: dot(t, ex), y: dot(t, ey), height: dot(t, ez) / spacing };
  });
  const chosen = lowestLayers(
    basis.map((atom) => atom.height),
    layers,
  );
  // Steps along the normal from the middle of the slab, between its first and last atom.
  const [first, last] = [chosen[0]!, chosen.at(-1)!];
  const middle = (first.height + last.height) / 2;
  const across = ({ atom, plane }: PlacedAtom) =>
    [(plane - middle) * sx + basis[atom]!.x, (plane - middle) * sy + basis[atom]!.y] as const;
  const [centreX, centreY] = ([0, 1] as const).map((i) => (across(first)[i] + across(last)[i]) / 2) as [
    number,
    number,
  ];
  const height = (last.height - first.height) * spacing + vacuum;
  const wrap = (x: number) => x - Math.floor(x + 1e-9);
  return {
    lattice: [
      [length, 0, 0],
      [vx, vy, 0],
      [0, 0, height],
    ],
    atoms: chosen.map((placed) => {
      const [x, y] = across(placed);
      const along = (y - centreY) / vy;
      return {
        element: basis[placed.atom]!.element,
        position: [
          wrap((x - centreX - along * vx) / length),
          wrap(along),
          0.5 + ((placed.height - middle) * spacing) / height,
        ] as Vec3,
      };
    }),
  };
}

/** An atom of a basis on a plane of the lattice, and how high it is in distances of planes. */
interface PlacedAtom {
  readonly atom: number;
  readonly plane: number;
  readonly height: number;
}

/**
 * Places the atoms of so many layers, upwards from a layer that is farthest from the one below.
 *
 * @param heights of the atoms of a basis, in distances of planes.
 */
function lowestLayers(heights: readonly number[], layers: number): PlacedAtom[] {
  const inPeriod = heights.map((height) => height - Math.floor(height + SAME_HEIGHT));
  const gapBelow = (height: number) =>
    Math.min(...inPeriod.map((other) => height - other).map((gap) => (gap > SAME_HEIGHT ? gap : gap + 1)));
  const widest = Math.max(...inPeriod.map(gapBelow));
  const start = inPeriod.find((height) => gapBelow(height) > widest - SAME_HEIGHT)!;
  const placed = Array.from({ length: layers + 1 }, (_, period) =>
    heights.map((height, atom): PlacedAtom => {
      const plane = period - Math.floor(height - start + SAME_HEIGHT);
      return { atom, plane, height: plane + height };
    }),
  )
    .flat()
    .sort((p, q) => p.height - q.height);
  let layer = 0;
  return placed.filter(({ height }, i) => {
    if (i > 0 && height - placed[i - 1]!.height > SAME_HEIGHT) layer++;
    return layer < layers;
  });
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
