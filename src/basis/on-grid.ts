import {
  asRealField,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
} from "../kernels/fields.ts";
import { frequency, type Grid, gridIndex } from "./grid.ts";

/**
 * Returns a field on another grid of the same fractional coordinates by the Fourier coefficients
 * that both grids have, for every spin component; a copy for equal sizes.
 *
 * @param f shape [nSpin·N] on the grid `from`.
 */
export function onGrid(f: ReadonlyRealField, from: Grid, to: Grid): RealField {
  if (from.size.every((n, i) => n === to.size[i])) return asRealField(f.slice());
  const nSpin = f.length / from.points;
  const out = newRealField(nSpin * to.points);
  for (let spin = 0; spin < nSpin; spin++) {
    const component = asRealField(f.slice(spin * from.points, (spin + 1) * from.points));
    out.set(componentOnGrid(component, from, to), spin * to.points);
  }
  return out;
}

function componentOnGrid(f: RealField, from: Grid, to: Grid): RealField {
  const given = from.toFourier(f);
  const wanted = newFourierField(to.points);
  // without unpaired frequencies n/2
  const reach = from.size.map((n, i) => (Math.min(n, to.size[i]!) - 1) / 2);
  const [nx, ny, nz] = to.size;
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at += 2) {
        const g = [frequency(x, nx), frequency(y, ny), frequency(z, nz)] as const;
        if (g.some((n, i) => Math.abs(n) > reach[i]!)) continue;
        const source = 2 * gridIndex(from.size, ...g);
        wanted[at] = given[source]!;
        wanted[at + 1] = given[source + 1]!;
      }
  return to.toReal(wanted);
}
