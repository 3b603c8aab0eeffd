import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { compareSvg } from "../../src/plot/compare.ts";

const history = (rate: number) =>
  Array.from({ length: 5 }, (_, i) => ({ step: i + 1, densityResidual: rate ** i }));
const run = (mixing: string, size: number, rate: number) => ({ mixing, size, history: history(rate) });
const lines = (svg: string) => {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const groups = [...document.querySelectorAll('g[aria-label="line"] > g')];
  const labels = [...document.querySelectorAll("text")].map((node) => node.textContent);
  return {
    colours: groups.map((group) => group.getAttribute("stroke")),
    dashes: groups.map((group) => group.getAttribute("stroke-dasharray")),
    labels,
  };
};

test("mixings are told apart by colour and sizes by dashes, and a key names both", async () => {
  const runs = [run("simple", 1, 0.5), run("ldos", 1, 0.1), run("simple", 4, 0.7), run("ldos", 4, 0.2)];
  const { colours, dashes, labels } = lines(await compareSvg(runs));
  expect(colours.length).toBe(4);
  for (const colour of colours) expect(colour).toMatch(/^#/);
  expect([colours[0], colours[1]]).toEqual([colours[2], colours[3]]);
  expect(colours[0]).not.toBe(colours[1]);
  expect(dashes[0]).toBe(dashes[1]);
  expect(dashes[2]).toBe(dashes[3]);
  expect(dashes[0]).not.toBe(dashes[2]);
  for (const label of ["simple", "ldos", "×1", "×4"])
    expect(labels.filter((text) => text === label)).toHaveLength(1);
});

test("the key shows the dashes of the lines, and nothing in it overlaps", async () => {
  const runs = ["simple", "kerker", "ldos"].flatMap((mixing) =>
    [4, 8, 16].map((size) => run(mixing, size, 0.3)),
  );
  const svg = await compareSvg(runs, { title: "t", sizeLabel: (size) => `${size} layers` });
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const samples = [...document.querySelectorAll('g[aria-label="vector"]')].map((node) =>
    node.getAttribute("stroke-dasharray"),
  );
  expect(samples).toEqual([...new Set(lines(svg).dashes)]);
  const place = (text: string) => {
    const found = [...document.querySelectorAll("text")].find((node) => node.textContent === text)!;
    const group = found.parentElement!.getAttribute("transform") ?? "";
    return [found.getAttribute("transform")!, group]
      .map((at) => Number(/translate\(([\d.-]+)/.exec(at)?.[1] ?? 0))
      .reduce((x, y) => x + y);
  };
  const row = ["simple", "kerker", "ldos", "4 layers", "8 layers", "16 layers"];
  for (const [i, label] of row.slice(1).entries())
    expect(place(label) - place(row[i]!)).toBeGreaterThan(7 * row[i]!.length);
  expect(place("16 layers") + 7 * 9).toBeLessThan(680);
});

test("a single size needs no name", async () => {
  const { labels } = lines(
    await compareSvg([run("simple", 2, 0.5), run("ldos", 2, 0.1)], { tolerance: 1e-3 }),
  );
  for (const label of ["simple", "ldos", "tolerance"]) expect(labels).toContain(label);
});
