import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { type ConvergenceSeries, convergenceSvg } from "../../src/plot/convergence.ts";
import { powerOfTen } from "../../src/plot/drawing/theme.ts";

const series = (label: string, steps: number, rate: number): ConvergenceSeries => ({
  label,
  history: Array.from({ length: steps }, (_, i) => ({ step: i + 1, densityResidual: rate ** i })),
});

const parse = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;
const circles = (svg: string) =>
  [...parse(svg).querySelectorAll("circle")].map((dot) => [
    Number(dot.getAttribute("cx")),
    Number(dot.getAttribute("cy")),
  ]);

test("the picture is one stand-alone SVG document with axes, units and title", async () => {
  const svg = await convergenceSvg([series("ldos", 9, 0.1)], {
    title: "silicon <LDA> & more",
    tolerance: 1e-6,
  });
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
  expect(svg.match(/<svg/g)!.length).toBe(1);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const document = parse(svg);
  const text = [...document.querySelectorAll("text")].map((node) => node.textContent);
  expect(text).toContain("SCF step");
  expect(text.some((words) => words.includes("bohr"))).toBe(true);
  expect(text).toContain("silicon <LDA> & more");
  expect(svg).toContain("silicon &lt;LDA&gt; &amp; more");
  for (const label of ["10⁰", "10⁻⁴", "10⁻⁸", "tolerance"]) expect(text).toContain(label);
  const paper = document.querySelector("svg > rect")!;
  expect([paper.getAttribute("width"), paper.getAttribute("fill")]).toEqual(["100%", "#ffffff"]);
});

test("a constant rate is a straight line on the logarithmic axis", async () => {
  const dots = circles(await convergenceSvg([series("ldos", 9, 0.1)]));
  expect(dots.length).toBe(9);
  const slopes = dots.slice(1).map(([x, y], i) => (y! - dots[i]![1]!) / (x! - dots[i]![0]!));
  expect(slopes[0]).toBeGreaterThan(0.1); // downwards on the screen
  for (const slope of slopes) expect(slope).toBeCloseTo(slopes[0]!, 6);
});

test("several runs are told apart by labels that do not overlap and by colours", async () => {
  const svg = await convergenceSvg(["a", "b", "c"].map((label) => series(label, 6, 0.1)));
  const labels = [...parse(svg).querySelectorAll("text")].filter((node) =>
    ["a", "b", "c"].includes(node.textContent),
  );
  const heights = labels
    .map((node) => Number(/,([\d.]+)\)/.exec(node.getAttribute("transform")!)![1]))
    .sort((p, q) => p - q);
  expect(heights.length).toBe(3);
  for (let i = 1; i < 3; i++) expect(heights[i]! - heights[i - 1]!).toBeGreaterThan(10);
  expect(new Set(labels.map((node) => node.getAttribute("fill"))).size).toBe(3);
});

test("steps without a positive residual are left out, and nothing but them is refused", async () => {
  const odd = [0, Number.NaN, Number.POSITIVE_INFINITY].map((densityResidual, i) => ({
    step: i + 3,
    densityResidual,
  }));
  const svg = await convergenceSvg([{ label: "x", history: [...series("x", 2, 0.1).history, ...odd] }]);
  expect(circles(svg).length).toBe(2);
  await expect(convergenceSvg([{ label: "x", history: odd }])).rejects.toThrow(
    /must have a positive residual, got none/,
  );
});

test("a single step is drawn", async () => {
  expect(circles(await convergenceSvg([series("x", 1, 0.5)])).length).toBe(1);
});

test("powers of ten are written with superscripts", () => {
  expect([-12, 0, 3].map(powerOfTen)).toEqual(["10⁻¹²", "10⁰", "10³"]);
});
