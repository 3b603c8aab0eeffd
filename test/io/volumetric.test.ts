import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EV_PER_HARTREE } from "../../src/common/units.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { aseBandsText } from "../../src/io/ase-bands.ts";
import { cubeLines, npyBytes, xsfLines } from "../../src/io/volumetric.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Structure } from "../../src/model/structure.ts";
import { python, testWithAse } from "../ase.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-fields-"));
afterAll(() => rmSync(folder, { recursive: true }));

const structure: Structure = {
  lattice: [
    [6, 0.3, -0.2],
    [-1.2, 7, 0.4],
    [0.7, 0.9, 8],
  ],
  atoms: [
    { element: "Si", position: [0.1, 0.2, 0.3] },
    { element: "O", position: [0.45, 0.7, 0.9] },
  ],
};
const size = [3, 4, 7] as const;
/** A value that tells its own place. */
const at = (x: number, y: number, z: number) => (1 + x + 10 * y + 100 * z) / 1000;
const values = new Float64Array(3 * 4 * 7);
for (let z = 0; z < 7; z++)
  for (let y = 0; y < 4; y++) for (let x = 0; x < 3; x++) values[x + 3 * (y + 4 * z)] = at(x, y, z);

testWithAse("NumPy and ASE read the fields, every value in its place", () => {
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const field = { name: "density", unit: "bohr^-3", values };
  const both = new Float64Array([...values, ...values.map((x) => -x)]);
  const read = python<{
    npy: number[];
    shapes: number[][];
    exact: boolean;
    cube: number[];
    xsf: number[];
    wrapped: number[];
    cell: number[][];
    symbols: string[];
    z: number[];
  }>(
    `import json, sys
import numpy as np
from ase.io import read
from ase.io.cube import read_cube_data
from ase.io.xsf import read_xsf
from ase.units import Bohr
npy, two, cube, xsf = sys.argv[1:]
a, b = np.load(npy), np.load(two)
data, atoms = read_cube_data(cube)
grid, origin, spans, _ = None, None, None, None
with open(xsf) as f: grid = read_xsf(f, read_data=True)[0]
pick = lambda x: [float(x[i]) for i in [(0, 0, 0), (2, 0, 0), (0, 3, 0), (0, 0, 6), (1, 2, 5)]]
print(json.dumps(dict(npy=pick(a), shapes=[list(a.shape), list(b.shape), list(data.shape), list(grid.shape)],
  exact=bool((b[..., 1] == -a).all()), cube=pick(data), xsf=pick(grid), wrapped=[float(grid[3, 4, 7]), float(grid[3, 1, 2])], cell=(atoms.cell.array / Bohr).tolist(),
  symbols=atoms.get_chemical_symbols(), z=atoms.get_scaled_positions()[:, 2].tolist())))`,
    file("a.npy", npyBytes(size, values)),
    file("two.npy", npyBytes([...size, 2], both)),
    file("a.cube", [...cubeLines(structure, [4, 6], size, field)].join("")),
    file("a.xsf", [...xsfLines(structure, size, [field])].join("")),
  );
  const wanted = [at(0, 0, 0), at(2, 0, 0), at(0, 3, 0), at(0, 0, 6), at(1, 2, 5)];
  expect(read.npy).toEqual(wanted);
  expect(read.shapes).toEqual([
    [3, 4, 7],
    [3, 4, 7, 2],
    [3, 4, 7],
    [4, 5, 8], // XSF repeats the first point at the end of each axis
  ]);
  expect(read.exact).toBe(true);
  expect(read.wrapped[0]).toBeCloseTo(at(0, 0, 0), 9);
  expect(read.wrapped[1]).toBeCloseTo(at(0, 1, 2), 9);
  for (const found of [read.cube, read.xsf])
    found.forEach((x, i) => {
      expect(Math.abs(x / wanted[i]! - 1)).toBeLessThan(1e-8); // nine digits are written
    });
  structure.lattice.flat().forEach((x, i) => {
    expect(Math.abs(read.cell.flat()[i]! - x)).toBeLessThan(1e-7); // nine decimals of a step, times its steps
  });
  expect(read.symbols).toEqual(["Si", "O"]);
  expect(read.z[1]).toBeCloseTo(0.9, 7);
});

test("the header of an array file fills a multiple of 64 bytes and tells type, order and shape", () => {
  for (const shape of [[5], [3, 4, 7], [1000, 1, 1, 2]]) {
    const count = shape.reduce((product, n) => product * n, 1);
    const bytes = npyBytes(shape, new Float64Array(count));
    const header = new TextDecoder("latin1").decode(bytes.subarray(0, bytes.length - 8 * count));
    expect(header.length % 64).toBe(0);
    expect(header.slice(1, 6)).toBe("NUMPY");
    expect(header).toContain(`'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
    expect(header.at(-1)).toBe("\n");
  }
});

testWithAse("ASE reads a band structure with its path, a jump and both spins", () => {
  const { reciprocal, vectors } = createLattice([
    [0, 5, 5],
    [5, 0, 5],
    [5, 5, 0],
  ]);
  const ks: Vec3[] = [
    [0, 0, 0],
    [0.25, 0, 0.25],
    [0.5, 0, 0.5],
    [0.375, 0.375, 0.75],
    [0.5, 0.5, 0.5],
    [0.25, 0.25, 0.25],
    [0, 0, 0],
  ];
  const kpoints = [0, 1].flatMap((spin) =>
    ks.map((k, i) => ({
      k,
      spin: spin as 0 | 1,
      bands: [0, 1, 2].map((band) => ({ energy: spin + 0.1 * i + 0.01 * band })),
    })),
  );
  const path = [
    { label: "Γ", index: 0 },
    { label: "X", index: 2 },
    { label: "K", index: 3 },
    { label: "L", index: 4 },
    { label: "Γ", index: 6 },
  ];
  const name = join(folder, "bands.json");
  writeFileSync(name, aseBandsText({ reciprocal, zero: 0.2, path, kpoints }));
  const read = python<{
    shape: number[];
    last: number;
    reference: number;
    labels: string[];
    cell: number[];
    kpts: number[];
  }>(
    `import json, sys
from ase.spectrum.band_structure import BandStructure
from ase.units import Bohr
b = BandStructure.read(sys.argv[1])
x, X, labels = b.get_labels()
print(json.dumps(dict(shape=list(b.energies.shape), last=b.energies[1, 6, 2], reference=b.reference, labels=labels,
  cell=(b.path.cell.array / Bohr).flatten().tolist(), kpts=b.path.kpts[3].tolist())))`,
    name,
  );
  expect(read.shape).toEqual([2, 7, 3]);
  expect(read.last).toBeCloseTo((1 + 0.6 + 0.02) * EV_PER_HARTREE, 12);
  expect(read.reference).toBeCloseTo(0.2 * EV_PER_HARTREE, 12);
  // X and K are neighbours in the list, so the path jumps there; ASE joins the names.
  expect(read.labels.join(" ")).toBe("G X K L G");
  expect(read.kpts).toEqual([0.375, 0.375, 0.75]);
  vectors.flat().forEach((x, i) => {
    expect(Math.abs(read.cell[i]! - x)).toBeLessThan(1e-7);
  });
});
