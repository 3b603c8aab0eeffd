import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { FourierCoefficient } from "../../../src/errors/problem/mesh-potential.ts";
import { denseEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";

const kernels = wasmKernelsSync();

// A wrong sign, factor or index anywhere shows here: widths are down to 1e-10 and the lattices have no symmetry.
test("random potentials in random lattices: enclosures hold the Ritz values of a large basis", () => {
  const source = random(20);
  const narrow: number[] = [];
  for (let trial = 0; trial < 10; trial++) {
    const { normal, uniform } = source;
    const lattice = [0, 1, 2].map((i) =>
      [0, 1, 2].map((j) => (i === j ? 4.2 + uniform() : 0.5 * normal())),
    ) as unknown as Mat3;
    const coefficients: FourierCoefficient[] = [];
    for (let x = 0; x <= 1; x++)
      for (let y = -1; y <= 1; y++)
        for (let z = -1; z <= 1; z++) {
          if (x === 0 && (y < 0 || (y === 0 && z <= 0))) continue;
          const [re, im] = [0.05 * normal(), 0.05 * normal()];
          coefficients.push({ g: [x, y, z], re, im }, { g: [0 - x, 0 - y, 0 - z], re, im: -im });
        }
    const k: Vec3 = [uniform() - 0.5, uniform() - 0.5, uniform() - 0.5];
    const problem = encloseProblem({ kind: "frozen", lattice, atoms: [], coefficients });
    const bands = encloseBands(kernels, problem, k, 4, { ecut: trial % 2 === 0 ? 12 : 25, reach: 1 });
    if (!Array.isArray(bands)) expect.fail(bands.reason);
    const ritz = denseEigenpairs(kernels, problem, waveSet(problem, k, 34)).values;
    bands.forEach(({ lower, upper }, i) => {
      const rounding = 1e-11; // of the dense eigenproblem, norm 34
      if (!(lower <= ritz[i]! + rounding && ritz[i]! - rounding <= upper))
        expect.fail(`trial ${trial}, band ${i + 1}: ${ritz[i]} is not in [${lower}, ${upper}]`);
      narrow.push(upper - lower);
    });
  }
  narrow.sort((a, b) => a - b);
  expect(narrow[0]!).toBeLessThan(1e-9);
  expect(narrow[narrow.length >> 1]!).toBeLessThan(1e-5);
});
