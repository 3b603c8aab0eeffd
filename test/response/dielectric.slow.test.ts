import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { preconditionerOf } from "../../src/job/schema/mixings.ts";
import { analyseDielectric } from "../../src/response/dielectric.ts";
import { preconditionerAt } from "../../src/scf/iterate.ts";
import { close } from "../close.ts";
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
    const { orbitals } = state;
    for (const name of ["simple", "kerker"] as const) {
      const preconditioner = preconditionerOf(name === "simple" ? { name } : { name, kTF: 0.8 });
      const apply = await preconditionerAt(preconditioner, state);
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

const PUBLISHED = new URL("../fixtures/published/", import.meta.url);
const readPublished = (path: string): string => readFileSync(new URL(path, PUBLISHED), "utf8");

interface Published {
  readonly extremes: Record<string, { readonly smallest: number; readonly largest: number }>;
}

test("twelve aluminium atoms in a row have the published extreme eigenvalues [HL21]", async () => {
  const published = JSON.parse(readPublished("extreme-eigenvalues.json")) as Published;
  const state = await ground(
    {
      structure: { file: "Al_12.extxyz" },
      functional: "pbe",
      pseudopotentials: "gth-pbe",
      ecut: 20,
      fftSize: [25, 25, 72],
      kgrid: [3, 3, 1],
      smearing: "gaussian",
      temperature: 0.001,
    },
    {
      density: 1e-6,
      orbitals: 1e-7,
      run: { readText: async (path) => readPublished(`structures/${path}`) },
    },
  );
  // Theirs is the kernel of the LDA, with response equations to 1e-6.
  const { operator } = await operatorAt(state, ["lda_x", "lda_c_pw"], { tolerance: 1e-6 });
  const { orbitals } = state;
  for (const [method, preconditioner] of [
    ["None", preconditionerOf({ name: "simple" })],
    ["Kerker", preconditionerOf({ name: "kerker", kTF: 1 })],
  ] as const) {
    const apply = await preconditionerAt(preconditioner, state);
    const { smallest, largest } = await analyseDielectric(operator, apply);
    const { smallest: low, largest: high } = published.extremes[method]!;
    expect(high).toBeGreaterThan(3);
    close(largest.eigenvalue / high, 1, 3e-4, `${method}: largest`);
    // The lower end is dense: both searches end when κ has settled to 5e-4, wherever the smallest is then.
    close(smallest.eigenvalue / low, 1, 0.02, `${method}: smallest`);
  }
  await orbitals.close();
}, 600_000);
