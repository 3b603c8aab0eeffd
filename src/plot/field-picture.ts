import type { Grid } from "../basis/grid.ts";
import { planeAverage } from "../basis/plane-average.ts";
import { asRealField, type ReadonlyRealField } from "../kernels/fields.ts";
import { longAxis, planeSpacings } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";
import { layerSpacing, macroscopicAverage } from "../observables/macroscopic-average.ts";
import { onSlice, type Plane, slice } from "../observables/slice.ts";
import { type ContourOptions, contourSvg } from "./drawing/contour.ts";
import { stacked } from "./drawing/svg.ts";
import { type Profile, type ProfileOptions, profileSvg } from "./profile.ts";

export interface FieldPictureOptions {
  readonly title?: string | undefined;
  /** Quantity with its unit, and the same with a symbol. */
  readonly quantity: string;
  readonly symbol: string;
  /** Values are multiplied by this. Default 1. */
  readonly unit?: number;
  /** Zero of the values, in the field's own unit. Default 0. */
  readonly zero?: number;
  /** Default: along the long axis, through the first atom. */
  readonly plane?: Plane | undefined;
  /** Plane averages run along it. Default the plane's first vector. */
  readonly axis?: 0 | 1 | 2;
  /**
   * Widths of the windows of the macroscopic average [bohr], one after another: the period of each crystal along the axis. Default
   * the usual distance of layers, where there is one.
   */
  readonly periods?: readonly number[] | undefined;
  readonly colours?: ContourOptions["colours"];
  readonly range?: ContourOptions["range"];
  readonly level?: ProfileOptions["level"];
}

/** Atoms nearer to the plane than this are drawn as being on it [bohr]. */
const ON_PLANE = 0.2;
/** Farther away they are not drawn [bohr]. */
const NEAR_PLANE = 2.5;

const images = (x: number, period: number): number[] =>
  x < 1e-6 * period ? [x, x + period] : x > (1 - 1e-6) * period ? [x - period, x] : [x];

/** Names of the lattice vectors. */
export const VECTORS = ["a", "b", "c"] as const;

/** The plane along the long axis through the first atom: that of a slab's own picture. */
export function usualPlane(grid: Grid, { atoms }: Model): Plane {
  const across = longAxis(grid.lattice);
  const up = across === 0 ? 1 : 0;
  const third = (3 - across - up) as 0 | 1 | 2;
  const at = atoms[0]?.position[third] ?? 0;
  return { across, up, at: at - Math.floor(at) };
}

/**
 * A field of a crystal or slab: a slice through it above its plane average along the long axis, with the macroscopic average where the
 * layers have a distance. Spins are added up. As the text of an SVG file.
 */
export async function fieldSvg(
  model: Model,
  grid: Grid,
  field: ReadonlyRealField,
  options: FieldPictureOptions,
): Promise<string> {
  const { title, quantity, symbol, unit = 1, zero = 0, colours, range, level } = options;
  const plane = options.plane ?? usualPlane(grid, model);
  const axis = options.axis ?? plane.across;
  const scaled = asRealField(new Float64Array(grid.points));
  for (let r = 0; r < field.length; r++) scaled[r % grid.points]! += unit * field[r]!;
  for (let r = 0; r < scaled.length; r++) scaled[r]! -= unit * zero;

  const cut = slice(grid, scaled, plane);
  const atoms = model.atoms
    .map((atom) => ({ ...onSlice(grid, cut, atom.position), label: model.species[atom.species]!.element }))
    .filter(({ distance }) => distance < NEAR_PLANE)
    .flatMap(({ x, y, label, distance }) =>
      // What lies on an edge lies on the one across as well.
      images(x, cut.width).flatMap((xi) =>
        images(y, cut.height).map((yi) => ({ x: xi, y: yi, label, isFaint: distance > ON_PLANE })),
      ),
    );
  const third = VECTORS[3 - plane.across - plane.up];
  const place = `plane ${third} = ${Number(plane.at.toFixed(4))}`;
  const map = await contourSvg(cut, {
    title: title === undefined ? place : `${title}, ${place}`,
    quantity: symbol,
    axes: [`along ${VECTORS[plane.across]} (bohr)`, `across, towards ${VECTORS[plane.up]} (bohr)`],
    atoms,
    ...(colours === undefined ? {} : { colours }),
    ...(range === undefined ? {} : { range }),
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
    quantity,
    axis: `distance along the normal of planes ${VECTORS.filter((_, i) => i !== axis).join("")}`,
    layers: model.atoms.map(({ position }) => (position[axis] - Math.floor(position[axis])) * length),
    ...(level === undefined ? {} : { level }),
  });
  return stacked([map, below]);
}
