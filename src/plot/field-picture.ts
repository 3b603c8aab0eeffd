import type { Grid } from "../basis/grid.ts";
import { planeAverage } from "../basis/plane-average.ts";
import { asRealField, type ReadonlyRealField } from "../kernels/fields.ts";
import { longAxis, planeSpacings } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";
import { layerSpacing, macroscopicAverage } from "../observables/macroscopic-average.ts";
import { onSlice, type Plane, slice } from "../observables/slice.ts";
import { type ContourOptions, contourSvg } from "./drawing/contour.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { stacked } from "./drawing/together.ts";
import { type FreePlane, freePlaneSvg } from "./free-plane.ts";
import { type Profile, type ProfileOptions, profileSvg } from "./profile.ts";

export interface FieldPictureOptions extends Drawing {
  readonly title?: string | undefined;
  /** Name of the quantity with its unit; below, its symbol with the unit. */
  readonly quantity: string;
  readonly symbol: string;
  /** Factor of the values. Default 1. */
  readonly unit?: number;
  /** Zero of the values, in the field's own unit. Default 0. */
  readonly zero?: number;
  /**
   * Default along the long axis, through the first atom. A plane through three atoms or normal to a
   * direction is drawn with the values along the bond between two of them, in place of averages.
   */
  readonly plane?: Plane | FreePlane | undefined;
  /** Axis of plane averages. Default the plane's first vector. */
  readonly axis?: 0 | 1 | 2;
  /**
   * Window widths of the macroscopic average [bohr], applied in turn: the period of each crystal
   * along the axis. Default the typical distance of layers, if any.
   */
  readonly periods?: readonly number[] | undefined;
  readonly colours?: ContourOptions["colours"];
  readonly range?: ContourOptions["range"];
  readonly level?: ProfileOptions["level"];
}

/** Largest distance of atoms drawn as in the plane [bohr]. */
const ON_PLANE = 0.2;
/** Largest distance of atoms drawn at all [bohr]. */
const NEAR_PLANE = 2.5;

const images = (x: number, period: number): number[] =>
  x < 1e-6 * period ? [x, x + period] : x > (1 - 1e-6) * period ? [x - period, x] : [x];

/** Names of the lattice vectors. */
export const VECTORS = ["a", "b", "c"] as const;

/** Returns the plane along the long axis through the first atom. */
function usualPlane(grid: Grid, { atoms }: Model): Plane {
  const across = longAxis(grid.lattice);
  const up = across === 0 ? 1 : 0;
  const third = (3 - across - up) as 0 | 1 | 2;
  const at = atoms[0]?.position[third] ?? 0;
  return { across, up, at: at - Math.floor(at) };
}

/**
 * Draws a field of a crystal or slab, as the text of an SVG file: a slice above the plane average
 * along the long axis, with the macroscopic average if the layers have a typical distance. Spins
 * are added.
 *
 * @example
 * ```ts
 * import { bulk, fieldSvg, newJob, solve } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * await using silicon = await solve(job);
 * const { basis, density } = silicon;
 * const labels = { quantity: "density (bohr⁻³)", symbol: "ρ" };
 * const svg = await fieldSvg(basis.model, basis.grid, density.data, labels);
 * console.log(svg.length);
 * ```
 */
export async function fieldSvg(
  model: Model,
  grid: Grid,
  field: ReadonlyRealField,
  options: FieldPictureOptions,
): Promise<string> {
  const { title, quantity, symbol, unit = 1, zero = 0, colours, range, level, width, adapt } = options;
  const plane = options.plane ?? usualPlane(grid, model);
  const scaled = asRealField(new Float64Array(grid.points));
  for (let r = 0; r < field.length; r++) scaled[r % grid.points]! += unit * field[r]!;
  for (let r = 0; r < scaled.length; r++) scaled[r]! -= unit * zero;

  const map = { ...(colours === undefined ? {} : { colours }), ...(range === undefined ? {} : { range }) };
  if (!("across" in plane))
    return freePlaneSvg(model, grid, scaled, plane, { title, quantity, symbol, width, adapt, ...map });
  const axis = options.axis ?? plane.across;
  const cut = slice(grid, scaled, plane);
  const atoms = model.atoms
    .map((atom) => ({ ...onSlice(grid, cut, atom.position), label: model.species[atom.species]!.element }))
    .filter(({ distance }) => distance < NEAR_PLANE)
    .flatMap(({ x, y, label, distance }) =>
      // Atoms on an edge have an image on the opposite edge.
      images(x, cut.width).flatMap((xi) =>
        images(y, cut.height).map((yi) => ({ x: xi, y: yi, label, isFaint: distance > ON_PLANE })),
      ),
    );
  const third = VECTORS[3 - plane.across - plane.up];
  const place = `plane ${third} = ${Number(plane.at.toFixed(4))}`;
  const drawn = await contourSvg(cut, {
    width,
    adapt,
    ...map,
    title: title === undefined ? place : `${title}, ${place}`,
    quantity: symbol,
    axes: [`along ${VECTORS[plane.across]} (bohr)`, `across, towards ${VECTORS[plane.up]} (bohr)`],
    atoms,
  });

  const length = planeSpacings(model.lattice)[axis];
  const average = planeAverage(grid, scaled, axis);
  const profiles: Profile[] = [{ label: "plane average", values: average }];
  const spacing = layerSpacing(model, axis);
  const periods = options.periods ?? (spacing === undefined ? [] : [spacing]);
  if (periods.length > 0)
    profiles.push({
      label: `macroscopic average over ${periods.map((d) => d.toFixed(2)).join(" and ")} bohr`,
      values: macroscopicAverage(average, length, periods),
    });
  const below = await profileSvg(profiles, {
    length,
    width,
    quantity,
    axis: `distance along the normal of planes ${VECTORS.filter((_, i) => i !== axis).join("")}`,
    layers: model.atoms.map(({ position }) => (position[axis] - Math.floor(position[axis])) * length),
    ...(level === undefined ? {} : { level }),
  });
  return stacked([drawn, below]);
}
