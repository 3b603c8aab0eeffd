/**
 * The picture of docs/error-estimates.md: estimates over true errors of the systems that bench/effectivity.ts has measured.
 *
 *   npx tsx scripts/effectivity-picture.ts bench/effectivity.json docs/pictures/effectivity.svg
 */
import { readFileSync, writeFileSync } from "node:fs";
import { stacked } from "../src/index.ts";
import { above } from "../src/plot/drawing/above.ts";
import { figureSvg } from "../src/plot/drawing/svg.ts";
import {
  axisLabel,
  colourOf,
  decadeAxis,
  FAINT,
  MARGIN_BOTTOM,
  MARGIN_LEFT,
  MARGIN_RIGHT,
  WIDTH,
} from "../src/plot/drawing/theme.ts";

interface Measured {
  readonly name: string;
  readonly warnings: readonly string[];
  readonly values: Readonly<Record<string, { readonly wrong: number; readonly share: number }>>;
}

const [from, to] = process.argv.slice(2) as [string, string];
const all = JSON.parse(readFileSync(from, "utf8")) as Measured[];
/** Shares drawn; what lies outside is drawn at the edge. */
const [LOW, HIGH] = [0.4, 1.6];
const PANELS = [
  { quantity: "energy", unit: "Ha", bar: 0.89, least: 1e-4 },
  { quantity: "energy alone", unit: "Ha", bar: 0.85, least: 1e-4 },
  { quantity: "force", unit: "Ha/bohr", bar: 0.8, least: 2e-5 },
] as const;
const KEY = ["no warning", "estimate warns"];

const panels = PANELS.map(({ quantity, unit, bar, least }, place) => {
  const points = all.flatMap(({ warnings, values }) => {
    const value = values[quantity];
    if (value === undefined || Math.abs(value.wrong) < least) return [];
    const share = Math.min(HIGH, Math.max(LOW, value.share));
    const isInside = share === value.share;
    return [{ x: Math.abs(value.wrong), y: share, isInside, colour: colourOf(warnings.length > 0 ? 1 : 0) }];
  });
  const decades = points.map(({ x }) => Math.log10(x));
  const [low, high] = [Math.floor(Math.min(...decades)), Math.ceil(Math.max(...decades))];
  const title = place === 0 ? `Estimated over true errors by the basis, ${all.length} systems` : undefined;
  const top = above({ title, key: place === 0 ? KEY : [] });
  return figureSvg((plot) => ({
    width: WIDTH,
    height: top.height + 210,
    marginTop: top.height,
    marginLeft: MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    marginBottom: MARGIN_BOTTOM,
    x: {
      ...axisLabel(`true error of the ${quantity === "force" ? "forces" : "energy"} (${unit})`),
      ...decadeAxis(low, high),
    },
    y: { domain: [LOW, HIGH], ...axisLabel(`${quantity}: estimate / true`), grid: true },
    marks: [
      ...top.marks(plot),
      plot.ruleY([1], { stroke: FAINT }),
      plot.ruleY([bar], { stroke: FAINT, strokeDasharray: "5 4" }),
      plot.text([`the bar is the estimate over ${bar}`], {
        x: () => 10 ** low,
        y: () => bar,
        text: (name: string) => name,
        textAnchor: "start",
        dx: 6,
        dy: 10,
        fill: FAINT,
      }),
      plot.dot(
        points.filter(({ isInside }) => isInside),
        { x: "x", y: "y", fill: "colour", r: 3 },
      ),
      plot.dot(
        points.filter(({ isInside }) => !isInside),
        { x: "x", y: "y", stroke: "colour", symbol: "triangle", r: 4 },
      ),
    ],
  }));
});
writeFileSync(to, stacked(await Promise.all(panels)));
