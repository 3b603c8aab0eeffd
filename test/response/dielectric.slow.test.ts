import { expect, test } from "vitest";
import { preconditionerOf } from "../../src/job/mixings.ts";
import { analyseDielectric } from "../../src/response/dielectric.ts";
import { iterateAt } from "../../src/scf/iterate.ts";
import { ALUMINIUM } from "../systems.ts";
import { ground, operatorAt } from "./ground.ts";

/** Aluminium along z without its symmetry, so that every wave length fits. */
const layers = (count: number) => ({
  ...ALUMINIUM,
  structure: {
    lattice: [
      [5.4, 0, 0],
      [0, 5.4, 0],
      [0, 0, 7.64 * count],
    ],
    atoms: Array.from({ length: 2 * count }, (_, i) => ({
      element: "Al",
      position: [(i % 2) / 2, (i % 2) / 2, i / (2 * count)],
    })),
  },
  ecut: 3,
  kgrid: [2, 2, 1],
  symmetry: false,
});

test("the largest eigenvalues of P⁻¹ε† grow like L² in a metal without a preconditioner, and not with Kerker's", async () => {
  const largest = { simple: [] as number[], kerker: [] as number[] };
  for (const count of [1, 2, 3]) {
    const state = await ground(layers(count), { density: 1e-4, orbitals: 1e-8 });
    expect(state.converged).toBe(true);
    const { operator } = await operatorAt(state);
    const { basis, orbitals, levels, occupation } = state;
    for (const name of ["simple", "kerker"] as const) {
      const preconditioner = preconditionerOf(name === "simple" ? { name } : { name, kTF: 0.8 });
      const apply = await preconditioner.at(iterateAt(basis, orbitals, levels, occupation));
      const report = await analyseDielectric(operator, apply);
      expect(report.smallest.eigenvalue).toBeGreaterThan(0.3);
      largest[name].push(report.largest.eigenvalue);
    }
    await orbitals.close();
  }
  const [short, middle, long] = largest.simple as [number, number, number];
  const [kerkerShort, kerkerMiddle, kerkerLong] = largest.kerker as [number, number, number];
  expect(short).toBeGreaterThan(2);
  // λ = 1 + c(q) L² for the longest wave; c(q), the density of states it sees, still grows a little as q falls.
  expect((long - 1) / (middle - 1) / (9 / 4)).toBeGreaterThan(0.95);
  expect((long - 1) / (middle - 1) / (9 / 4)).toBeLessThan(1.15);
  expect((middle - 1) / (short - 1)).toBeGreaterThan(4);
  // Kerker's factor q² cancels the L²: the eigenvalue stays below 4πD/kTF².
  expect(kerkerMiddle).toBeGreaterThan(kerkerShort);
  expect(kerkerLong / kerkerMiddle).toBeLessThan(1.15);
  expect(kerkerLong).toBeLessThan(2.5);
});
