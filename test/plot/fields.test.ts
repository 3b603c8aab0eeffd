import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { contourSvg } from "../../src/plot/drawing/contour.ts";
import { linesSvg } from "../../src/plot/drawing/lines.ts";
import { profileSvg } from "../../src/plot/profile.ts";
import { stepTimesSvg } from "../../src/plot/step-times.ts";

const parse = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;
const words = (svg: string) => [...parse(svg).querySelectorAll("text")].map((node) => node.textContent);
const numbers = (text: string) =>
  [...text.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])] as const);

describe("a contour picture", () => {
  const [columns, rows] = [41, 21];
  /** Height above the middle of a 4 × 2 rectangle: contours are circles. */
  const bowl = Float64Array.from({ length: columns * rows }, (_, i) =>
    Math.hypot((i % columns) / 10 - 2, Math.floor(i / columns) / 10 - 1),
  );
  const slice = { width: 4, height: 2, columns, rows, values: bowl };

  test("has names, units, the atoms and a key, and is one document that knows dark screens once", async () => {
    const svg = await contourSvg(slice, {
      title: "a <b>",
      quantity: "ρ (bohr⁻³)",
      atoms: [
        { x: 1, y: 1, label: "Al", isFaint: false },
        { x: 2, y: 1, label: "Si", isFaint: true },
      ],
    });
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    for (const word of ["a <b>", "ρ (bohr⁻³)", "x (bohr)", "y (bohr)", "Al"])
      expect(words(svg)).toContain(word);
    expect(words(svg)).not.toContain("Si");
    expect(parse(svg).querySelectorAll("circle").length).toBe(2);
    expect(svg.match(/prefers-color-scheme/g)!.length).toBe(1);
    expect(svg.match(/class="stillwave/g)!.length).toBe(1);
  });

  test("on dark screens turns ink and paper round, the colours of map and key twice", async () => {
    const svg = await contourSvg(slice, {
      quantity: "ρ",
      rules: [1],
      atoms: [{ x: 0, y: 0, label: "Al", isFaint: false }],
    });
    expect(svg).toContain(".stillwave,.stillwave .map{filter:invert(1) hue-rotate(180deg)}");
    const document = parse(svg);
    const isMap = (mark: string) => {
      const group = document.querySelector(`g[aria-label="${mark}"]`)!;
      return (group.closest(".map") ?? group.querySelector(".map")) !== null; // inside, where it is clipped
    };
    expect(["contour", "dot", "rect", "rule", "text"].filter(isMap)).toEqual([
      "contour",
      "dot",
      "rect",
      "rule",
    ]);
    expect(document.querySelectorAll(".stillwave .stillwave, .map .map").length).toBe(0);
    // The name of an atom at the left edge stands inside, away from the ticks.
    const label = [...document.querySelectorAll("text")].find(({ textContent }) => textContent === "Al")!;
    expect(label.closest("[text-anchor]")!.getAttribute("text-anchor")).toBe("start");
  });

  test("draws circles as circles around the place where the least value is", async () => {
    const svg = await contourSvg(slice, { quantity: "q", levels: 8 });
    const paths = [...parse(svg).querySelectorAll('g[aria-label="contour"] path')].map((node) =>
      numbers(node.getAttribute("d")!),
    );
    const frame = parse(svg).querySelector('[aria-label="frame"]')!;
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) =>
      Number(frame.getAttribute(name)),
    );
    // The second band begins at one eighth of the greatest value, √5.
    const edge = paths[1]!.map(
      ([x, y]) => [4 * ((x - left!) / width!) - 2, 1 - 2 * ((y - top!) / height!)] as const,
    );
    const inner = edge.map(([x, y]) => Math.hypot(x, y)).filter((r) => r < 0.5);
    expect(inner.length).toBeGreaterThan(8);
    for (const r of inner) expect(Math.abs(r - Math.sqrt(5) / 8)).toBeLessThan(0.03); // a third of the point distance
  });

  test("colours only the share of values asked for, and zero is in the middle of a diverging key", async () => {
    const spike = Float64Array.from(bowl, (value, i) => (i === 5 ? 1e6 : value));
    const clipped = words(await contourSvg({ ...slice, values: spike }, { quantity: "q", range: [0, 0.99] }));
    expect(clipped.some((word) => /^[\d.]{5,}|M$/.test(word))).toBe(false);
    const key = words(
      await contourSvg(
        { ...slice, values: bowl.map((x) => x - 0.1) },
        { quantity: "q", colours: "diverging" },
      ),
    );
    expect(key).toContain("−2.0");
    expect(key).toContain("2.0");
  });

  test("draws a constant, and refuses what does not fill the rectangle", async () => {
    expect(await contourSvg({ ...slice, values: bowl.map(() => 0) }, { quantity: "q" })).not.toMatch(/NaN/);
    await expect(contourSvg({ ...slice, columns: 40 }, { quantity: "q" })).rejects.toThrow(
      /must have 40×21 finite/,
    );
  });
});

describe("a profile", () => {
  test("closes its period, marks layers and levels, and names its lines", async () => {
    const svg = await profileSvg(
      [
        { label: "plane average", values: [0, 1, 0, -1] },
        { label: "smooth", values: [0.5, 0.5] },
      ],
      { length: 8, quantity: "V (eV)", layers: [2, 6], level: { value: 1.5, label: "Fermi level" } },
    );
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    for (const word of ["plane average", "smooth", "V (eV)", "Fermi level"])
      expect(words(svg)).toContain(word);
    const lines = [...parse(svg).querySelectorAll('g[aria-label="line"] path')].map((node) =>
      numbers(node.getAttribute("d")!),
    );
    expect(lines.length).toBe(2);
    expect(lines[0]!.at(-1)![1]).toBeCloseTo(lines[0]![0]![1], 6);
    expect(lines[0]!.at(-1)![0]).toBeCloseTo(lines[1]!.at(-1)![0], 6);
  });

  // Seen red: the dashes of the third left out.
  test("tells its averages apart without colours: by widths and dashes", async () => {
    const labels = ["itself", "average", "of the first crystal", "of the second"];
    const svg = await profileSvg(
      labels.map((label) => ({ label, values: [0, 1] })),
      { length: 8, quantity: "V (eV)" },
    );
    const styles = [...parse(svg).querySelectorAll('g[aria-label="line"] [stroke-width]')].map(
      (node) => `${node.getAttribute("stroke-width")} ${node.getAttribute("stroke-dasharray")}`,
    );
    expect(new Set(styles).size).toBe(labels.length);
  });

  test("is refused without values", async () => {
    await expect(profileSvg([], { length: 1, quantity: "q" })).rejects.toThrow(/must have profiles/);
  });
});

describe("the times of steps", () => {
  const steps = [
    { step: 1, parts: { diagonalise: 3, mixing: 1 } },
    { step: 2, parts: { diagonalise: 1, mixing: 1 } },
  ];

  test("are bars as high as their seconds, one part on another, named with their shares", async () => {
    const svg = await stepTimesSvg(steps, { title: "t" });
    expect(words(svg)).toEqual(
      expect.arrayContaining(["diagonalise 67 %", "mixing 33 %", "wall time (s)", "SCF step", "1", "2"]),
    );
    const bars = [...parse(svg).querySelectorAll('g[aria-label="bar"] rect')].map((node) => ({
      y: Number(node.getAttribute("y")),
      height: Number(node.getAttribute("height")),
    }));
    expect(bars.length).toBe(4);
    const heights = bars.map(({ height }) => height).sort((a, b) => b - a);
    expect(heights[0]! / heights[1]!).toBeCloseTo(3, 1);
    expect(new Set(bars.map(({ y, height }) => (y + height).toFixed(1))).size).toBe(3); // two stand on the axis
  });

  test("need a step", async () => {
    await expect(stepTimesSvg([])).rejects.toThrow(/must have a step/);
  });
});

describe("lines", () => {
  test("are straight for a power law on logarithmic axes, and leave out what these cannot show", async () => {
    const points = [1, 10, 100, 1000].map((x) => [x, x ** -2] as const);
    const odd = [...points, [0, 1] as const, [5, Number.NaN] as const];
    const svg = await linesSvg([{ label: "x⁻²", points: odd }], {
      x: "x (bohr)",
      y: "y (Ha)",
      log: "xy",
      title: "t",
    });
    const dots = [...parse(svg).querySelectorAll("circle")].map((node) =>
      ["cx", "cy"].map((name) => Number(node.getAttribute(name))),
    );
    expect(dots.length).toBe(4);
    const slopes = dots.slice(1).map(([x, y], i) => (y! - dots[i]![1]!) / (x! - dots[i]![0]!));
    expect(slopes[0]).toBeGreaterThan(0.1);
    for (const slope of slopes) expect(slope).toBeCloseTo(slopes[0]!, 6);
    for (const word of ["x (bohr)", "y (Ha)", "x⁻²", "10⁻⁶", "10³"]) expect(words(svg)).toContain(word);
    await expect(linesSvg([{ label: "l", points: [[-1, 1]] }], { x: "x", y: "y", log: "x" })).rejects.toThrow(
      /must have a point/,
    );
  });
});
