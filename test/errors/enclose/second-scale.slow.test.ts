import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { problemText } from "../../../src/bands/frozen-problem.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import type { BandEnclosure, NotCertified } from "../../../src/errors/certify/band-enclosure.ts";
import { type BandProposal, certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { runBands } from "../../../src/job/tasks/bands/run-bands.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { coreSilicon } from "../crystals.ts";

const kernels = wasmKernelsSync();
const silicon = encloseProblem(coreSilicon);
const GAMMA: Vec3 = [0, 0, 0];
const example = (name: string, change: object): object => ({
  ...(JSON.parse(readFileSync(`examples/${name}.json`, "utf8")) as object),
  ...change,
});
const certain = (result: BandEnclosure[] | NotCertified): BandEnclosure[] => {
  if (!Array.isArray(result)) expect.fail(result.reason);
  return result;
};
const widths = (bands: readonly BandEnclosure[]): number[] => bands.map(({ lower, upper }) => upper - lower);

test("the bare GTH Hamiltonian of silicon at Γ: as narrow as promised, around the levels of a basis of 130 Ha", async () => {
  const far = await runBands(example("silicon-core", { ecut: 130 }), { kpoints: [GAMMA], bands: 8, tolerance: 1e-7 }); // biome-ignore format: one call
  const levels = far.file.kpoints[0]!.bands.map(({ energy }) => energy);
  // Residuals of 1e-7 and what lies beyond 130 Ha are worth 1e-12, rounding of the plain solver some 1e-12 too.
  const slack = 1e-11;
  const mustHold = (bands: readonly BandEnclosure[]) =>
    bands.forEach(({ lower, upper, index }, i) => {
      expect(index).toBe(i + 1);
      expect(lower).toBeLessThan(levels[i]! + slack);
      expect(upper).toBeGreaterThan(levels[i]! - slack);
    });
  const of20 = certain(encloseBands(kernels, silicon, GAMMA, 8, { ecut: 20, reach: 4 }));
  mustHold(of20);
  expect(widths(of20)[0]!).toBeLessThan(1e-8);
  for (const band of [1, 2, 3]) expect(widths(of20)[band]!).toBeLessThan(3e-6);

  let proposal: BandProposal | undefined;
  const of42 = certain(encloseBands(kernels, silicon, GAMMA, 8, { ecut: 42, reach: 4, onProved: (p) => { proposal = p; } })); // biome-ignore format: one call
  mustHold(of42);
  for (const band of [0, 1, 2, 3]) expect(widths(of42)[band]!).toBeLessThan(2e-9);

  // Residuals formed up to the trial cutoff only: everything beyond is bounded, wider and as true.
  const { trial } = proposal!;
  const blind = { ...proposal!, trial: { ...trial, outerCutoff: 1.02 * trial.cutoff } };
  const wide = certain(certifyBands(kernels, silicon, blind, 8));
  mustHold(wide);
  wide.forEach((band, i) => {
    expect(band.upper - band.lower).toBeGreaterThan(2 * widths(of42)[i]!);
    expect(band.lower).toBeLessThan(of42[i]!.upper);
  });
});

test("an accuracy takes the cutoff it needs, and what rounding forbids is not claimed", () => {
  const k: Vec3 = [0.1, 0.2, 0.3];
  let before = 0;
  for (const accuracy of [1e-4, 1e-6, 1e-8]) {
    let cutoff = 0;
    const bands = certain(encloseBands(kernels, silicon, k, 6, { ecut: 20, accuracy, onProved: (p) => { cutoff = p.trial.cutoff; } })); // biome-ignore format: one call
    for (const width of widths(bands)) expect(width).toBeLessThan(accuracy);
    expect(Math.max(...widths(bands))).toBeGreaterThan(accuracy / 200);
    expect(cutoff).toBeGreaterThan(before);
    before = cutoff;
  }
  const bands = certain(encloseBands(kernels, silicon, k, 6, { ecut: 20, accuracy: 1e-12 }));
  const widest = bands.reduce((a, b) => (a.upper - a.lower > b.upper - b.lower ? a : b));
  expect(widest.upper - widest.lower).toBeGreaterThan(1e-12);
  expect(widest.parts.arithmetic).toBeGreaterThan(0.5 * (widest.upper - widest.lower));
});

for (const name of ["silicon", "gallium-arsenide"])
  test(`${name}: the gap of the frozen LDA operator is enclosed to less than 1e-4 eV where levels are to 1e-6 Ha`, async () => {
    const settings = { ecut: 20, kgrid: [2, 2, 2] };
    const made = await runBands(example(name, settings), { kpoints: [GAMMA], bands: 5, saveProblem: true });
    const text = problemText(made.problem!);
    const { file, errorBars } = await runBands(
      example(name, { ...settings, hamiltonian: { frozen: "problem.json" } }),
      {
        kpoints: [GAMMA, [0.42, 0, 0.42]],
        bands: 6,
        errorBars: true,
        accuracy: 1e-6,
        readText: () => Promise.resolve(text),
      },
    );
    expect(errorBars!.failures).toEqual([]);
    const width = (file.gap!.upper! - file.gap!.lower!) * 27.2114;
    console.log(
      `${name}: gap within [${file.gap!.lower}, ${file.gap!.upper}] Ha, ${width.toExponential(1)} eV`,
    );
    expect(file.gap!.guaranteed).toBe(true);
    expect(width).toBeLessThan(1e-4);
    expect(file.gap!.lower).toBeGreaterThan(0);
  });
