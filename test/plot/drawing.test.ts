import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { bandsSvg } from "../../src/plot/bands.ts";
import { convergenceSvg } from "../../src/plot/convergence.ts";
import { linesSvg } from "../../src/plot/drawing/lines.ts";
import { colourOf, FAINT, INK, inkOf, PALETTE } from "../../src/plot/drawing/theme.ts";
import { errorPartsSvg } from "../../src/plot/error-parts.ts";
import { spectraSvg } from "../../src/plot/spectra.ts";
import { stepTimesSvg } from "../../src/plot/step-times.ts";

const line = { label: "energy", points: [[1, 2] as const, [2, 3] as const] };
const axes = { x: "x", y: "y" };
const parse = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;

test("a picture of a column's width keeps the size of its letters and is lower", async () => {
  const [wide, narrow] = await Promise.all([
    linesSvg([line], axes),
    linesSvg([line], { ...axes, width: 325 }),
  ]);
  const size = (svg: string) =>
    ["width", "height"].map((name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(svg)![1]));
  expect(size(wide)).toEqual([680, 360]);
  expect(size(narrow)).toEqual([325, 251]); // two thirds below the key, which keeps its height

  for (const svg of [wide, narrow]) expect(svg).toContain("font-size:12px");
});

test("a mark is added to a picture's specification", async () => {
  const svg = await linesSvg([line], {
    ...axes,
    adapt: (figure, plot) => ({
      ...figure,
      marks: [...(figure.marks ?? []), plot.text([[1.5, 2.5]], { text: () => "measured [Ref. 7]" })],
    }),
  });
  const words = [...parse(svg).querySelectorAll("text")].map(({ textContent }) => textContent);
  expect(words).toContain("measured [Ref. 7]");
});

const channels = (colour: string) =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
/** What invert(1) hue-rotate(180deg) of the filter effects makes of a colour. */
const inverted = (rgb: readonly number[]) => {
  const [r, g, b] = rgb.map((x) => 1 - x) as [number, number, number];
  const luma = 2 * (0.213 * r + 0.715 * g + 0.072 * b);
  return [luma - r, luma - g, luma - b].map((x) => Math.min(1, Math.max(0, x)));
};
/** Contrast by WCAG 2. */
const contrast = (a: readonly number[], b: readonly number[]) => {
  const luminance = (rgb: readonly number[]) =>
    rgb
      .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
      .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i]!, 0);
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

// Seen red: with the lines' own colours, 2.25 for the fifth.
test("words in pictures have a contrast of 4.5 on white, and on black where a dark screen inverts them", async () => {
  const history = [1, 2].map((step) => ({ step, densityResidual: 10 ** -step }));
  const many = PALETTE.map((_, i) => ({ label: `run ${i}`, history }));
  const svgs = [
    await convergenceSvg(many, { title: "several", tolerance: 1e-3 }),
    await linesSvg(
      many.map(({ label }) => ({ ...line, label })),
      { ...axes, level: { value: 2.5, label: "level" } },
    ),
  ];
  const texts = svgs.flatMap((svg) => [...parse(svg).querySelectorAll("text, text > tspan")]);
  const fillOf = (node: Element) =>
    node.closest("[fill]:not([fill=currentColor])")?.getAttribute("fill") ?? INK;
  const [squares, words] = [true, false].map((is) =>
    texts.filter((node) => (node.textContent === "■") === is),
  );
  // Squares of keys are marks: they have the colours of their lines.
  expect(squares!.map(fillOf)).toEqual(PALETTE.map((_, i) => colourOf(i)));
  const written = words!.map(fillOf);
  const colours = [...new Set([...written, FAINT, INK])].filter((colour) => /^#/.test(colour));
  expect(colours.length).toBeGreaterThan(PALETTE.length);
  for (const colour of colours) {
    expect(contrast(channels(colour), [1, 1, 1])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(inverted(channels(colour)), inverted([1, 1, 1]))).toBeGreaterThanOrEqual(4.5);
  }
  for (const [i] of PALETTE.entries()) expect(colours).toContain(inkOf(colourOf(i)));
});

// Seen red: with the palette's own fifth and sixth colours, 2.25 and 2.31 on white.
test("marks in pictures have a contrast of 3 on white, and on black where a dark screen inverts them", async () => {
  const history = [1, 2].map((step) => ({ step, densityResidual: 10 ** -step }));
  const names = PALETTE.map((_, i) => `run ${i}`);
  const levels = names.map((_, i) => ({
    index: i + 1,
    energy: i / 10,
    lower: i / 10 - 1e-9,
    upper: i / 10 + 1e-9,
  }));
  const reciprocal = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const; // biome-ignore format: a matrix
  const kpoints = [0, 0.5].flatMap((x) => [{ k: [x, 0, 0] as const, bands: levels }]);
  const path = [{ label: "Γ", index: 0 }, { label: "X", index: 1 }]; // biome-ignore format: one line
  const svgs = await Promise.all([
    convergenceSvg(names.map((label) => ({ label, history })), { tolerance: 1e-3 }),
    linesSvg(names.map((label) => ({ ...line, label })), axes),
    bandsSvg({ zero: 0, reciprocal, path, kpoints }, { filled: 2 }),
    spectraSvg(names.map((label) => ({ label, eigenvalues: [0.5, 2] }))),
    stepTimesSvg([{ step: 1, parts: Object.fromEntries(names.map((name) => [name, 1])) }]),
    errorPartsSvg([{ quantity: "energy (meV)", parts: [{ name: "basis", error: 1 }] }]),
  ]); // biome-ignore format: a line each
  const marks = svgs.flatMap((svg) => [...parse(svg).querySelectorAll("path, line, circle, rect")]);
  const drawn = marks.flatMap((mark) =>
    ["stroke", "fill"].flatMap((name) => {
      const colour = mark.closest(`[${name}]`)?.getAttribute(name);
      const opacity = Number(mark.closest(`[${name}-opacity]`)?.getAttribute(`${name}-opacity`) ?? 1);
      return colour?.startsWith("#") && colour !== "#ffffff" && opacity === 1 ? [colour] : [];
    }),
  );
  const colours = [...new Set(drawn)].map((colour) =>
    colour.length === 4 ? colour.replace(/[^#]/g, (digit) => digit + digit) : colour,
  );
  for (const colour of [...PALETTE, FAINT]) expect(colours).toContain(colour);
  const faint = colours.filter(
    (colour) =>
      Math.min(contrast(channels(colour), [1, 1, 1]), contrast(inverted(channels(colour)), [0, 0, 0])) < 3,
  );
  expect(faint).toEqual([]);
});
