import { Resvg } from "@resvg/resvg-js";
import { expect, test } from "vitest";
import { bandsSvg } from "../../src/plot/bands.ts";
import { compareSvg } from "../../src/plot/compare.ts";
import { convergenceSvg } from "../../src/plot/convergence.ts";
import { dosSvg } from "../../src/plot/dos.ts";
import { contourSvg } from "../../src/plot/drawing/contour.ts";
import { linesSvg } from "../../src/plot/drawing/lines.ts";
import { equationOfStateSvg } from "../../src/plot/equation-of-state.ts";
import { errorPartsSvg } from "../../src/plot/error-parts.ts";
import { growthSvg } from "../../src/plot/growth.ts";
import { modesSvg } from "../../src/plot/modes.ts";
import { profileSvg } from "../../src/plot/profile.ts";
import { settingsSvg } from "../../src/plot/settings.ts";
import { spectraSvg } from "../../src/plot/spectra.ts";
import { stepTimesSvg } from "../../src/plot/step-times.ts";

/** Column of many journals, 8.6 cm [px]. */
const WIDTH = 325;
const TITLE = "Aluminium (100), ten layers in vacuum, with an aluminium atom on top";
const how = { width: WIDTH, title: TITLE };
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const history = range(12).map((i) => ({ step: i + 1, densityResidual: 10 ** (-i / 2) }));
const mixings = ["simple", "kerker", "kerker-dos", "dielectric", "local-tf", "ldos", "auto"];
const wave = Float64Array.from({ length: 40 }, (_, i) => Math.cos(i / 5));

/** Data with names as long as they get. */
const PICTURES: Readonly<Record<string, () => Promise<string>>> = {
  bands: () =>
    bandsSvg(
      {
        zero: 0,
        reciprocal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        path: [{ label: "Γ", index: 0 }, { label: "X", index: 9 }],
        kpoints: [0, 1].flatMap((spin) =>
          range(10).map((i) => ({
            k: [i / 18, 0, 0] as const,
            spin: spin as 0 | 1,
            bands: range(16).map((n) => {
              const energy = (n - 7) / 20 + 0.01 * spin + (i / 100) * (-1) ** n;
              return { index: n + 1, energy, lower: energy - 10 ** (-9 + n / 4), upper: energy + 1e-9 };
            }),
          })),
        ),
      },
      { ...how, subtitle: "indirect gap 0.48 eV, guaranteed: within 1.2e-5 eV of the exact one", filled: 8, zeroName: "the highest occupied level" },
    ), // biome-ignore format: data
  compare: () =>
    compareSvg(mixings.flatMap((mixing) => [1, 2, 4].map((size) => ({ mixing, size, history }))), { ...how, tolerance: 1e-5 }),
  convergence: () => convergenceSvg(mixings.map((label) => ({ label, history })), { ...how, tolerance: 1e-5 }),
  dos: () =>
    dosSvg(
      {
        fermiLevel: 0,
        energies: range(40).map((i) => (i - 20) / 40),
        spins: [{ density: wave }, { density: wave }],
        local: { length: 40, energies: range(20).map((i) => (i - 10) / 20), values: range(20).map((i) => wave.map((x) => x * i)) },
      },
      { ...how, zeroName: "the highest occupied level" },
    ),
  contour: () =>
    contourSvg(
      { width: 20, height: 12, columns: 8, rows: 5, values: wave },
      { ...how, quantity: "V − Fermi level (eV)", axes: ["along Al1–Al2 (bohr)", "across (bohr)"], atoms: [{ x: 0, y: 6, label: "Al12", isFaint: false }, { x: 20, y: 12, label: "Al12", isFaint: false }] },
    ),
  lines: () => linesSvg(["this work", "Perdew-Burke-Ernzerhof of others", "measured at 6 K"].map((label) => ({ label, points: [[1, 2], [2, 3]] })), { ...how, x: "plane-wave cutoff (Ha)", y: "lattice constant (Å)", level: { value: 2.5, label: "measured" } }),
  "equation of state": () => equationOfStateSvg(range(7).map((i) => ({ volume: 250 + 5 * i, energy: (i - 3) ** 2 / 1e4 })), { ...how, atoms: 2 }),
  "error parts": () => errorPartsSvg(["free energy (meV)", "largest force (meV/Å)", "largest element of the stress (GPa)"].map((quantity) => ({ quantity, parts: [{ name: "eigensolver", error: 1e-7 }, { name: "basis", error: 3 }, { name: "rounding" }] })), how),
  growth: () => growthSvg(mixings.map((label, n) => ({ label, points: [1, 2, 4].map((i) => ({ length: 20 * i, condition: 1 + n * i * i })) })), how),
  modes: () => modesSvg([{ label: "largest eigenvalue 118.32 of P⁻¹ε†", values: [...wave] }, { label: "smallest", values: [...wave] }], { ...how, length: 60 }),
  profile: () => profileSvg([{ label: "plane average", values: wave }, { label: "macroscopic average over 4.43 and 3.83 bohr", values: wave }], { ...how, length: 60, quantity: "potential above Fermi level (eV)", axis: "distance along the normal of planes ab", level: { value: 0, label: "Fermi level" } }),
  settings: () => settingsSvg([10, 15, 20].flatMap((ecut) => [2, 4].map((n) => ({ ecut, kgrid: [n, n, n] as const, energyError: 1 / ecut ** n }))), { ...how, accuracy: 1e-4 }),
  spectra: () => spectraSvg(mixings.map((label) => ({ label, eigenvalues: [0.2, 1, 30] })), how),
  "step times": () => stepTimesSvg(range(9).map((i) => ({ step: i + 1, parts: { "applications of H": 2, orthogonalisation: 1, "small matrices": 0.4, density: 0.3, potential: 0.2, mixing: 0.2, waiting: 0.1 } })), how),
}; // biome-ignore format: data

/** Extent of what is drawn, without the paper. */
function extent(svg: string) {
  const bare = svg.replace(/<rect width="100%" height="100%"[^>]*>(<\/rect>)?/g, "");
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  const { x, y, width, height } = new Resvg(bare, { font }).getBBox()!;
  const size = (name: string) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(svg)![1]);
  return { left: x, top: y, right: size("width") - x - width, bottom: size("height") - y - height };
}

// Seen red: with titles, keys and labels of axes in one line each, all of them.
test.each(Object.entries(PICTURES))("%s in a column keeps everything inside its edges", async (_, draw) => {
  const svg = await draw();
  const { left, top, right, bottom } = extent(svg);
  expect({ left, top, right, bottom, isIn: Math.min(left, top, right, bottom) >= 0 }).toMatchObject({
    isIn: true,
  });
});
