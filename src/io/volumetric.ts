import { atomicNumber } from "../atoms/elements.ts";
import { invariant } from "../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { scale, type Vec3 } from "../common/vec3.ts";
import type { GridSize } from "../kernels/kernels.ts";
import { cartesianPositions, type Structure, scaleRows } from "../model/structure.ts";
import { formatXsf } from "./structures/xsf.ts";

/** Values on the points of a periodic grid, with what they are. */
export interface GridValues {
  /** A word for readers that show it, such as `density`. */
  readonly name: string;
  /** Such as `bohr^-3`. */
  readonly unit: string;
  /** x fastest, shape [nz·ny·nx]. */
  readonly values: ArrayLike<number>;
}

/** Nine digits: more than any picture needs, fewer than would double the file. */
const digits = (x: number): string => x.toExponential(8);

/**
 * Yields the lines of a Gaussian cube file: lengths in bohr, values in their own unit, z fastest.
 * The second number of an atom is its valence charge.
 */
export function* cubeLines(
  structure: Structure,
  charges: readonly number[],
  size: GridSize,
  { name, unit, values }: GridValues,
): Generator<string> {
  const [nx, ny, nz] = size;
  invariant(
    values.length === nx * ny * nz,
    () => `cube: ${values.length} values on a grid of ${size.join("x")}`,
  );
  const vector = (v: Vec3) => v.map((x) => x.toFixed(9).padStart(16)).join("");
  yield `${name} in ${unit}\nlengths in bohr, z fastest\n`;
  yield `${String(structure.atoms.length).padStart(5)}${vector([0, 0, 0])}\n`;
  for (const [i, n] of size.entries())
    yield `${String(n).padStart(5)}${vector(scale(1 / n, structure.lattice[i as 0 | 1 | 2]))}\n`;
  const positions = cartesianPositions(structure);
  for (const [i, { element }] of structure.atoms.entries())
    yield `${String(atomicNumber(element)).padStart(5)}${charges[i]!.toFixed(6).padStart(12)}${vector(positions[i]!)}\n`;
  for (let x = 0; x < nx; x++)
    for (let y = 0; y < ny; y++) {
      let line = "";
      for (let z = 0; z < nz; z++) {
        line += ` ${digits(values[x + nx * (y + ny * z)]!)}`;
        if (z % 6 === 5 && z < nz - 1) line += "\n";
      }
      yield `${line}\n`;
    }
}

/**
 * Yields the lines of an XCrySDen file: the structure [Å] and a general data grid for each field,
 * whose last point along an axis is the first one of the next cell. Values keep their unit.
 */
export function* xsfLines(
  structure: Structure,
  size: GridSize,
  fields: readonly GridValues[],
): Generator<string> {
  const [nx, ny, nz] = size;
  yield formatXsf(structure);
  yield "BEGIN_BLOCK_DATAGRID_3D\nstillwave\n";
  for (const { name, unit, values } of fields) {
    invariant(
      values.length === nx * ny * nz,
      () => `xsf: ${values.length} values on a grid of ${size.join("x")}`,
    );
    yield `BEGIN_DATAGRID_3D_${name}_in_${unit}\n${nx + 1} ${ny + 1} ${nz + 1}\n0 0 0\n`;
    for (const a of scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice)) yield `${a.join(" ")}\n`;
    for (let z = 0; z <= nz; z++)
      for (let y = 0; y <= ny; y++) {
        let line = "";
        for (let x = 0; x <= nx; x++)
          line += ` ${digits(values[(x % nx) + nx * ((y % ny) + ny * (z % nz))]!)}`;
        yield `${line}\n`;
      }
    yield "END_DATAGRID_3D\n";
  }
  yield "END_BLOCK_DATAGRID_3D\n";
}

/**
 * Makes the bytes of a NumPy file of doubles, for `numpy.load`: Fortran order, the first index
 * fastest.
 */
export function npyBytes(shape: readonly number[], values: Float64Array): Uint8Array {
  const count = shape.reduce((product, n) => product * n, 1);
  invariant(values.length === count, () => `npy: ${values.length} values for shape ${shape.join("x")}`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const description = `{'descr': '<f8', 'fortran_order': True, 'shape': ${tuple}, }`;
  // Magic, version and length are 10 bytes; the whole header fills multiples of 64.
  const length = Math.ceil((10 + description.length + 1) / 64) * 64 - 10;
  const header = `${description.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + 8 * count);
  bytes.set([0x93, ...[..."NUMPY"].map((c) => c.charCodeAt(0)), 1, 0, length & 255, length >> 8]);
  bytes.set(
    [...header].map((c) => c.charCodeAt(0)),
    10,
  );
  const view = new DataView(bytes.buffer, 10 + length);
  for (let i = 0; i < count; i++) view.setFloat64(8 * i, values[i]!, true);
  return bytes;
}
