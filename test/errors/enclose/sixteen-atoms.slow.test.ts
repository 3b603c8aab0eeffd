import { expect, test } from "vitest";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { certifyCount } from "../../../src/errors/certify/certify-bands.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import { proposeCount } from "../../../src/errors/propose/propose-count.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { coreSilicon } from "../crystals.ts";

const kernels = wasmKernelsSync();

/** The crystal in a cell of twice each vector: halves and doubles are exact in binary. */
function doubled(problem: Extract<ExactProblem, { kind: "core" }>): ExactProblem {
  const corners = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, i >> 2] as const);
  return {
    kind: "core",
    lattice: problem.lattice.map((a) => a.map((x) => 2 * x)) as unknown as Mat3,
    atoms: corners.flatMap((n) =>
      problem.atoms.map(({ potential, position }) => ({
        potential,
        position: position.map((x, i) => (x + n[i]!) / 2) as unknown as Vec3,
      })),
    ),
  };
}

// The levels of the large cell at K are those of the small one at the eight points (K + n)/2. Seen red: one band fewer in the claim.
test("sixteen silicon atoms: the proved number of levels is that of the eight points folded onto one", () => {
  if (coreSilicon.kind !== "core") throw new Error("bug: another crystal");
  const K: Vec3 = [0.25, 0.125, 0.0625];
  const small = encloseProblem(coreSilicon);
  const large = encloseProblem(doubled(coreSilicon));
  const { count, schur } = proposeCount(kernels, large, K, 32);
  console.log(`${count.m} levels below ${count.rho} Ha, ${schur.nX} plane waves`);
  const levels = Array.from({ length: 8 }, (_, i) => {
    const k = [i & 1, (i >> 1) & 1, i >> 2].map((n, c) => (K[c]! + n) / 2) as unknown as Vec3;
    const bands = encloseBands(kernels, small, k, 9, { accuracy: 1e-3 });
    if (!Array.isArray(bands)) expect.fail(bands.reason);
    return bands;
  }).flat();
  expect(levels.filter(({ upper }) => upper < count.rho)).toHaveLength(count.m);
  expect(levels.filter(({ lower }) => lower <= count.rho)).toHaveLength(count.m);
  expect(certifyCount(kernels, large, { k: K, count }, schur)).toBe(true);
  const fewer = {
    ...count,
    m: count.m - 1,
    vectors: count.vectors.subarray(0, (count.vectors.length / count.m) * (count.m - 1)),
  };
  expect(certifyCount(kernels, large, { k: K, count: fewer }, schur)).not.toBe(true);
}, 600_000);
