import { dotReal, newRealField, type RealField, scaleField } from "../../kernels/fields.ts";
import { orthogonalize, subtractColumns } from "../../kernels/least-squares.ts";
import type { AcceleratorHistory, HistoryPoint, Weigh } from "./accelerator.ts";

/** Point whose weighed step is given in an orthonormal basis. */
export interface SpannedPoint extends HistoryPoint {
  readonly weighed: Float64Array;
  /** ‖weighed‖ */
  readonly norm: number;
}

/** Points with a basis of their weighed steps, in which products of steps cost nothing. */
export interface Spanned {
  readonly points: readonly SpannedPoint[];
  /** Orthonormal fields, one for each point; zeros for one whose step is in the span of others. */
  readonly directions: readonly RealField[];
}

/** What rounding leaves of a vector in a span, as a part of it. */
const ROUNDING = 1e-15;

/** Makes the basis of points, oldest first; what they hold of it is used as it is. */
export function spanned(history: AcceleratorHistory, weigh: Weigh | undefined): Spanned {
  const directions: RealField[] = [];
  const coordinates = history.map(({ step, direction, coordinates: own }, i) => {
    if (direction !== undefined && own?.length === i + 1) {
      directions.push(direction);
      return own;
    }
    return extend(directions, weigh?.(step) ?? (step.slice() as RealField));
  });
  const points = history.map(({ input, step }, i) => {
    const weighed = new Float64Array(directions.length);
    weighed.set(coordinates[i]!);
    return { input, step, weighed, norm: length(weighed) };
  });
  return { points, directions };
}

/** Returns points with what they hold of the basis, which is turned if some were dropped. */
export function remembered(
  points: readonly SpannedPoint[],
  directions: readonly RealField[],
): HistoryPoint[] {
  const isWhole = points.length === directions.length;
  /** Basis of the points left, in the given one. */
  const turned: RealField[] = [];
  return points.map(({ input, step, weighed }, i) => {
    if (isWhole) {
      const coordinates = Array.from(weighed.subarray(0, i + 1));
      return { input, step, direction: directions[i]!, coordinates };
    }
    const coordinates = extend(turned, weighed.slice() as RealField);
    return { input, step, direction: combined(directions, turned[i]!), coordinates };
  });
}

/** Adds to a basis what x has outside, made of x in place, and returns x in the basis. */
function extend(basis: RealField[], x: RealField): number[] {
  const before = length(x);
  const coordinates = Array.from(orthogonalize(basis, basis.length, x));
  const rest = length(x);
  const isNew = rest > ROUNDING * before;
  scaleField(x, isNew ? 1 / rest : 0);
  basis.push(x);
  return [...coordinates, isNew ? rest : 0];
}

/** Returns Σ cᵢ qᵢ. */
function combined(q: readonly RealField[], c: Float64Array): RealField {
  const out = newRealField(q[0]!.length);
  subtractColumns(
    out,
    c.map((x) => -x),
    q,
  );
  return out;
}

const length = (x: Float64Array): number => Math.sqrt(dotReal(x, x));
