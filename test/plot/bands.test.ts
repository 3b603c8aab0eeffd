import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { EV_PER_HARTREE } from "../../src/common/units.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import { bandsSvg, type DrawnBands } from "../../src/plot/bands.ts";
import { htmlPage } from "../../src/plot/drawing/html-page.ts";

const reciprocal: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** Γ-X of length 1/2 with six points, a jump, and M-Γ of length √½ with five; two bands, ½k² and 1 Ha above it. */
const kpoints = [
  ...[0, 0.1, 0.2, 0.3, 0.4, 0.5].map((x) => [x, 0, 0] as const),
  ...[0.5, 0.375, 0.25, 0.125, 0].map((x) => [x, x, 0] as const),
].map((k) => {
  const energy = (k[0] ** 2 + k[1] ** 2) / 2;
  return {
    k,
    bands: [
      { index: 1, energy },
      { index: 2, energy: energy + 1 },
    ],
  };
});
const path = [
  { label: "Γ", index: 0 },
  { label: "X", index: 5 },
  { label: "M", index: 6 },
  { label: "Γ", index: 10 },
];
const bands: DrawnBands = { zero: 0.125, path, kpoints };

const parse = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;
const words = (svg: string) => [...parse(svg).querySelectorAll("text")].map((node) => node.textContent);
/** End points of the pieces of the drawn lines. */
const lines = (svg: string) =>
  [...parse(svg).querySelectorAll('g[aria-label="line"] path')].map((node) =>
    [...node.getAttribute("d")!.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(
      (m) => [Number(m[1]), Number(m[2])] as const,
    ),
  );
const draw = (drawn: DrawnBands = bands, options: object = {}) => bandsSvg(drawn, { reciprocal, ...options });

test("the picture is one stand-alone SVG document with names, units and title", async () => {
  const svg = await draw(bands, { title: "a <b> & c", zeroName: "the Fermi level" });
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
  expect(svg.match(/<svg/g)!.length).toBe(1);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const text = words(svg);
  for (const word of ["a <b> & c", "energy above the Fermi level (eV)", "Γ", "X|M"])
    expect(text).toContain(word);
  expect(text.filter((word) => word === "Γ").length).toBe(2);
  expect(svg).toContain("a &lt;b&gt; &amp; c");
});

test("every band is a line for each piece of the path, drawn to scale along it", async () => {
  const drawn = lines(await draw());
  expect(drawn.length).toBe(4);
  const [first, second] = [drawn[0]!, drawn.find((line) => line.length === 5)!];
  expect(first.length).toBe(6);
  const extent = (line: typeof first) => line.at(-1)![0] - line[0]![0];
  expect(extent(first)).toBeGreaterThan(100);
  expect(extent(second) / extent(first)).toBeCloseTo(Math.SQRT2, 4);
  expect(second[0]![0]).toBeCloseTo(first.at(-1)![0], 6); // the jump takes no room
});

test("energies are in eV from the zero", async () => {
  const svg = await draw();
  const ticks = [...parse(svg).querySelectorAll('g[aria-label="y-axis tick label"] text')].map((node) => [
    Number(node.textContent.replace("−", "-")),
    Number(/,([\d.]+)\)/.exec(node.getAttribute("transform")!)![1]),
  ]);
  expect(ticks.length).toBeGreaterThan(3);
  const [[e0, y0], [e1, y1]] = [ticks[0]!, ticks.at(-1)!] as [[number, number], [number, number]];
  const value = (y: number) => e0 + ((y - y0) * (e1 - e0)) / (y1 - y0);
  const [start, end] = [lines(svg)[0]![0]![1], lines(svg)[0]!.at(-1)![1]];
  expect(value(start) - value(end)).toBeCloseTo(-0.125 * EV_PER_HARTREE, 2);
  // A tick label stands half a pixel off its line.
  expect(Math.abs(value(end))).toBeLessThan(0.1);
});

test("filled bands have a colour of their own", async () => {
  const colours = async (filled: number) =>
    new Set(
      [...parse(await draw(bands, { filled })).querySelectorAll('g[aria-label="line"] path')].map((node) =>
        node.getAttribute("stroke"),
      ),
    );
  expect((await colours(1)).size).toBe(2);
  expect((await colours(2)).size).toBe(1);
});

describe("with intervals", () => {
  const withBars = (half: number, guaranteed = true): DrawnBands => ({
    ...bands,
    kpoints: kpoints.map((at) => ({
      ...at,
      bands: at.bands.map((level) => ({
        ...level,
        lower: level.energy - half * level.index,
        upper: level.energy + half * level.index,
        guaranteed,
      })),
    })),
  });
  const panels = (svg: string) => [...parse(svg).querySelectorAll("svg > svg")];

  test("widths stand below on a logarithmic axis, however thin the tubes are", async () => {
    for (const half of [1e-3, 1e-12]) {
      const svg = await draw(withBars(half));
      expect(panels(svg).length).toBe(2);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      const text = words(svg);
      expect(text).toContain("width of the enclosure (eV)");
      for (const word of ["band 1", "2"]) expect(text).toContain(word);
      const dots = [...panels(svg)[1]!.querySelectorAll("circle")].map((node) =>
        Number(node.getAttribute("cy")),
      );
      expect(dots.length).toBe(2 * kpoints.length);
      expect(new Set(dots.map((y) => y.toFixed(1))).size).toBe(2); // each band has one width here
      const ticks = text.filter((word) => /^10/.test(word));
      expect(ticks).toContain(half === 1e-3 ? "10⁻²" : "10⁻¹¹"); // 2e-3 and 2e-12 Ha are 5.4e-2 and 5.4e-11 eV
    }
  });

  test("widths lose nothing to the shift of the energies", async () => {
    const heights = async (zero: number) =>
      [...panels(await draw({ ...withBars(1e-13), zero }))[1]!.querySelectorAll("circle")].map((node) =>
        node.getAttribute("cy"),
      );
    expect(await heights(1000)).toEqual(await heights(0));
  });

  test("tubes are as high as their intervals", async () => {
    const svg = await draw(withBars(0.05));
    const rules = [...panels(svg)[0]!.querySelectorAll('g[aria-label="rule"] line')]
      .map((node) => Math.abs(Number(node.getAttribute("y1")) - Number(node.getAttribute("y2"))))
      .filter((height) => height > 1 && height < 300);
    expect(rules.length).toBe(2 * kpoints.length);
    expect(Math.max(...rules) / Math.min(...rules)).toBeCloseTo(2, 3);
  });

  test("what is not proved is hollow, and bands without intervals have no panel", async () => {
    const fills = async (drawn: DrawnBands) => {
      const svg = await draw(drawn);
      return new Set(
        [...panels(svg)[1]!.querySelectorAll("circle")].map((node) => node.getAttribute("fill")),
      );
    };
    expect([...(await fills(withBars(1e-6, false)))]).toEqual(["#ffffff"]);
    expect((await fills(withBars(1e-6, true))).has("#ffffff")).toBe(false);
    expect(panels(await draw()).length).toBe(0);
    expect(panels(await draw(withBars(0))).length).toBe(0); // a width of zero has no logarithm
  });
});

test("a list of k-points is drawn as levels side by side, named by coordinates where nothing else is known", async () => {
  const list: DrawnBands = { zero: 0, path: [{ label: "Γ", index: 0 }], kpoints: [kpoints[0]!, kpoints[8]!] };
  const svg = await draw(list, { isList: true });
  expect(lines(svg)).toEqual([]);
  expect(words(svg)).toEqual(expect.arrayContaining(["Γ", "0.25, 0.25, 0"]));
  const levels = [...parse(svg).querySelectorAll('g[aria-label="rule"] line')].filter(
    (node) =>
      node.getAttribute("x1") !== null &&
      Number(node.getAttribute("x2")) - Number(node.getAttribute("x1")) > 20,
  );
  expect(levels.length).toBeGreaterThanOrEqual(4);
});

test("two spins are drawn apart, one point alone is drawn, and nothing is refused", async () => {
  const spins = [0, 1].flatMap((spin) => kpoints.map((at) => ({ ...at, spin: spin as 0 | 1 })));
  expect(lines(await draw({ ...bands, kpoints: spins })).length).toBe(8);
  expect(await draw({ zero: 0, path: [], kpoints: [kpoints[1]!] })).not.toMatch(/NaN|Infinity/);
  await expect(draw({ zero: 0, path: [], kpoints: [] })).rejects.toThrow(/must have a level, got none/);
});

test("a page holds picture, notes and table without markup of theirs, and is legible on dark screens", async () => {
  const page = htmlPage({
    title: "a <b>",
    svg: await draw(),
    notes: ["<b>gap</b> < 1 &lt; 2"],
    table: { head: ["", "Γ"], rows: [["band 1", "0.5"]] },
  });
  const { document } = parseHTML(page);
  expect(document.querySelector("title")!.textContent).toBe("a <b>");
  expect(document.querySelectorAll("figure > svg").length).toBe(1);
  expect(document.querySelector("p")!.textContent).toBe("<b>gap</b> < 1 &lt; 2");
  expect([...document.querySelectorAll("td")].map((cell) => cell.textContent)).toEqual(["band 1", "0.5"]);
  expect(page).toMatch(/prefers-color-scheme: dark/);
  expect(page).not.toMatch(/(src|href)=/); // nothing is loaded from elsewhere
});

test("filled bands are thick and those of the second spin dashed: no colour is needed to tell them apart", async () => {
  const twice = {
    ...bands,
    kpoints: [0, 1].flatMap((spin) => kpoints.map((at) => ({ ...at, spin: spin as 0 | 1 }))),
  };
  const svg = await draw(twice, { filled: 1 });
  const paths = [...parse(svg).querySelectorAll('g[aria-label="line"] path')];
  const styles = paths.map((path) => [
    Number(path.getAttribute("stroke-width")),
    path.closest("[stroke-dasharray]")?.getAttribute("stroke-dasharray") ?? "",
  ]);
  const of = (width: number, dashes: string) => styles.filter(([w, d]) => w === width && d === dashes).length;
  expect([of(2.4, ""), of(1.2, ""), of(2.4, "5 3"), of(1.2, "5 3")]).toEqual([2, 2, 2, 2]); // two pieces of the path
  expect(words(svg)).toContain("thick: filled, dashed: spin down");
});
