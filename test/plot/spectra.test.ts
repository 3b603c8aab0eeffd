import { expect, test } from "vitest";
import { growthSvg } from "../../src/plot/growth.ts";
import { spectraSvg } from "../../src/plot/spectra.ts";

test("a picture of spectra has a stroke for every positive eigenvalue and their condition number", async () => {
  const svg = await spectraSvg(
    [
      { label: "none", eigenvalues: [1, 2, 5, 50] },
      { label: "broken", eigenvalues: [-1, 3] },
    ],
    { title: "Two of them" },
  );
  const marks = svg.split('aria-label="tick"')[1]!.split("</g>")[0]!;
  expect(marks.match(/<line/g)).toHaveLength(5);
  for (const text of ["none", "broken", "κ = 50.0", "λ ≤ 0", "Two of them", "eigenvalue of P⁻¹ε†"])
    expect(svg).toContain(text);
  expect(svg).not.toMatch(/NaN|Infinity/);
  await expect(spectraSvg([{ label: "none", eigenvalues: [-1] }])).rejects.toThrow(/^spectraSvg: must have/);
});

test("a picture of growth has a line and a name for every series", async () => {
  const svg = await growthSvg(
    [
      { label: "none", points: [{ length: 10, condition: 4 }, { length: 20, condition: 16 }] }, // biome-ignore format: points
      { label: "ldos", points: [{ length: 10, condition: 2 }, { length: 20, condition: 2 }] }, // biome-ignore format: points
    ],
    { title: "Metal" },
  );
  for (const text of ["none", "ldos", "length of the cell (bohr)", "condition number κ", "10¹"])
    expect(svg).toContain(text);
  expect(svg.match(/<circle/g)).toHaveLength(4);
  expect(svg).not.toMatch(/NaN|Infinity/);
  await expect(growthSvg([{ label: "x", points: [{ length: 1, condition: 0 }] }])).rejects.toThrow(
    /^growthSvg: must have positive/,
  );
});
