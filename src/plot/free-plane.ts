import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import {
  add,
  cross,
  dot,
  integerVectors,
  type Mat3,
  mapVec,
  norm,
  rowsVec,
  scale,
  sub,
  type Vec3,
} from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import { toFractional } from "../model/structure.ts";
import { atomsOn, onLine, onRectangle, type Rectangle, rectangleThrough } from "../observables/free-slice.ts";
import { type ContourOptions, contourSvg } from "./drawing/contour.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { linesSvg } from "./drawing/lines.ts";
import { FAINT, INK } from "./drawing/theme.ts";
import { stacked } from "./drawing/together.ts";

/** A plane through three atoms, or normal to a Cartesian direction through one; counted from 1. */
export type FreePlane =
  | { readonly atoms: readonly [number, number, number] }
  | { readonly normal: Vec3; readonly atom: number };

/** Around the atoms of a plane through three, and half sides around one [bohr]. */
const MARGIN = 3;
const AROUND = [8, 6] as const;
/** Largest distance of atoms drawn as in the plane, and of those drawn at all [bohr]. */
const ON_PLANE = 0.2;
const NEAR_PLANE = 2.5;
/** Longer distances are no bonds [bohr]. */
const LONGEST_BOND = 8;
const FINE = 120;

/** An atom, fractional. */
interface Site {
  readonly position: Vec3;
}

/** An atom at one of its places, Cartesian [bohr]. */
interface Place {
  readonly atom: number;
  readonly at: Vec3;
}

/** What is drawn: a rectangle, and a line between two atoms of it. */
interface Cut {
  readonly rectangle: Rectangle;
  readonly line: readonly [Place, Place] | undefined;
  readonly name: string;
}

/**
 * Draws a field on any plane, with the atoms by name, above its values along the bond between two
 * of them, as the text of an SVG file.
 *
 * @throws InputError if an atom is not there, or three are on one line.
 */
export async function freePlaneSvg(
  model: Model,
  grid: Grid,
  field: ReadonlyRealField,
  plane: FreePlane,
  {
    title,
    quantity,
    symbol,
    ...how
  }: Pick<ContourOptions, "title" | "colours" | "range"> &
    Drawing & { readonly quantity: string; readonly symbol: string },
): Promise<string> {
  const { rectangle, line, name } = planeCut(model.lattice.vectors, model.atoms, plane);
  const nameOf = (atom: number) => `${model.species[model.atoms[atom]!.species]!.element}${atom + 1}`;
  const positions = model.atoms.map(({ position }) => position);
  const atoms = atomsOn(grid, positions, rectangle, NEAR_PLANE).map(({ atom, x, y, distance }) => ({
    x,
    y,
    label: nameOf(atom),
    isFaint: distance > ON_PLANE,
  }));
  const along =
    line === undefined ? "along the plane" : `along ${nameOf(line[0].atom)}–${nameOf(line[1].atom)}`;
  const map = await contourSvg(onRectangle(grid, field, rectangle), {
    ...how,
    title: title === undefined ? name : `${title}, ${name}`,
    quantity: symbol,
    axes: [`${along} (bohr)`, "across (bohr)"],
    atoms,
  });
  if (line === undefined) return map;
  const [from, to] = line;
  const length = norm(sub(to.at, from.at));
  const values = onLine(grid, field, from.at, to.at, FINE);
  const ends = [
    { x: 0, name: nameOf(from.atom) },
    { x: length, name: nameOf(to.atom) },
  ];
  const profile = await linesSvg(
    [
      {
        label: along,
        points: Array.from(values, (y, i) => [(length * i) / (FINE - 1), y]),
        drawnAs: "curve",
      },
    ],
    {
      x: "distance (bohr)",
      y: quantity,
      width: how.width,
      adapt: (figure, plot) => ({
        ...figure,
        marks: [
          ...(figure.marks ?? []),
          plot.ruleX(ends, { x: "x", stroke: FAINT, strokeDasharray: "5 4" }),
          ...ends.map((end, i) =>
            plot.text([end], {
              x: "x",
              text: "name",
              frameAnchor: "top",
              textAnchor: i === 0 ? "start" : "end",
              dx: 6 - 12 * i,
              dy: 4,
              fill: INK,
              fontWeight: 600,
            }),
          ),
        ],
      }),
    },
  );
  return stacked([map, profile]);
}

/**
 * Returns what a plane cuts out of a crystal.
 *
 * @param vectors of the lattice, rows [bohr].
 * @throws InputError if an atom is not there, three are on one line, or a normal has no direction.
 */
export function planeCut(vectors: Mat3, atoms: readonly Site[], plane: FreePlane): Cut {
  const numbers = "atoms" in plane ? plane.atoms : [plane.atom];
  for (const n of numbers)
    requireInput(
      Number.isInteger(n) && n >= 1 && n <= atoms.length,
      () => `slice: must name atoms from 1 to ${atoms.length}, got ${n}`,
    );
  const [first, second, third] = numbers.map((n) => n - 1) as [number, number, number];
  const start: Place = { atom: first, at: rowsVec(vectors, atoms[first]!.position) };
  const places = (from: Vec3, atom: number) => placesOf(vectors, atoms[atom]!, from, atom);
  if ("atoms" in plane) {
    const next = places(start.at, second)[0]!;
    const isOff = ({ at }: Place) => {
      const [a, b] = [sub(next.at, start.at), sub(at, start.at)];
      return norm(cross(a, b)) > 0.05 * norm(a);
    };
    const last = places(next.at, third).find(isOff);
    requireInput(
      last !== undefined,
      () => `slice: must go through three atoms that are not on one line, got ${numbers.join(",")}`,
    );
    return {
      rectangle: rectangleThrough([start.at, next.at, last.at], MARGIN),
      line: [start, next],
      name: `through atoms ${numbers.join(", ")}`,
    };
  }
  const { normal } = plane;
  const length = norm(normal);
  requireInput(length > 0, () => "slice: must have a normal other than 0,0,0, got 0,0,0");
  const n = scale(1 / length, normal);
  const neighbour = atoms
    .flatMap((_, i) => places(start.at, i))
    .filter(({ at }) => Math.abs(dot(sub(at, start.at), n)) < ON_PLANE && apart(at, start.at) < LONGEST_BOND)
    .sort((p, q) => apart(p.at, start.at) - apart(q.at, start.at))[0];
  const axes: readonly Vec3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const least = axes.reduce((a, b) => (Math.abs(dot(b, n)) < Math.abs(dot(a, n)) - 1e-9 ? b : a));
  const direction = neighbour === undefined ? least : sub(neighbour.at, start.at);
  const flat = sub(direction, scale(dot(direction, n), n));
  const across = scale(1 / norm(flat), flat);
  const up = cross(n, across);
  const [wide, tall] = AROUND;
  return {
    rectangle: {
      corner: sub(start.at, add(scale(wide, across), scale(tall, up))),
      across,
      up,
      width: 2 * wide,
      height: 2 * tall,
    },
    line: neighbour === undefined ? undefined : [start, neighbour],
    name: `normal ${normal.join(",")}, atom ${plane.atom}`,
  };
}

const apart = (a: Vec3, b: Vec3): number => norm(sub(a, b));

/** The places of an atom and its images around a point but not at it, nearest first. */
function placesOf(vectors: Mat3, { position }: Site, from: Vec3, atom: number): Place[] {
  const here = rowsVec(vectors, position);
  const nearest = mapVec(toFractional(vectors)(sub(from, here)), Math.round);
  return integerVectors(3)
    .map((cell) => ({ atom, at: add(here, rowsVec(vectors, add(nearest, cell))) }))
    .filter(({ at }) => apart(at, from) > 0.1)
    .sort((p, q) => apart(p.at, from) - apart(q.at, from));
}
