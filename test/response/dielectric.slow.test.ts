import { expect, test } from "vitest";
import { preconditionerOf } from "../../src/job/mixings.ts";
import { runDielectric } from "../../src/job/run-dielectric.ts";
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

test("grow like L² in a metal without a preconditioner, and not with Kerker's", async () => {
  const largest = { simple: [] as number[], kerker: [] as number[] };
  for (const count of [1, 2]) {
    const state = await ground(layers(count), { nStates: 5 * count + 4, density: 1e-4, orbitals: 1e-8 });
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
  const [short, long] = largest.simple as [number, number];
  const [kerkerShort, kerkerLong] = largest.kerker as [number, number];
  // λ = 1 + c L² for the longest wave, up to the bands that turn metallic only in the longer cell.
  expect(short).toBeGreaterThan(2);
  const growth = (long - 1) / (short - 1);
  console.log(short, long, kerkerShort, kerkerLong);
  expect(growth).toBeGreaterThan(2.8);
  expect(growth).toBeLessThan(5.2);
  expect(kerkerLong / kerkerShort).toBeLessThan(1.25);
  expect(kerkerLong).toBeLessThan(3);
});

test("keeps the symmetry that an inexact P⁻¹ breaks: LDOS in a supercell", async () => {
  const a = 7.64;
  const supercell = {
    ...ALUMINIUM,
    structure: {
      lattice: [
        [a / Math.SQRT2, 0, 0],
        [0, a / Math.SQRT2, 0],
        [0, 0, 3 * a],
      ],
      atoms: Array.from({ length: 6 }, (_, i) => ({
        element: "Al",
        position: [(i % 2) / 2, (i % 2) / 2, i / 6],
      })),
    },
    ecut: 3,
    kgrid: [2, 2, 1],
  };
  const { observed, predicted } = await runDielectric(supercell, { mixing: { name: "ldos" } });
  expect(predicted!.condition).toBeLessThan(3);
  expect(observed!.rate!).toBeLessThan(1.15 * observed!.predictedRate);
});
