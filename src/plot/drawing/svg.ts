import type { PlotOptions } from "@observablehq/plot";
import type { Drawing, Figure, Marks } from "./drawing.ts";
import { INK, PAPER, type Plot, WIDTH } from "./theme.ts";
import { onDarkScreens } from "./together.ts";

/** Returns a figure as a stand-alone SVG file. Loads the plotting packages on demand. */
export async function figureSvg(
  figure: (plot: Plot) => PlotOptions,
  { width, adapt = (asItIs) => asItIs }: Drawing = {},
): Promise<string> {
  const [plot, document] = await Promise.all([import("@observablehq/plot"), emptyDocument()]);
  const own = width === undefined ? figure(plot) : narrowed(figure(plot), width);
  const drawing = plot.plot({
    // a plain record to whoever adapts it
    ...(adapt(own as unknown as Figure, plot as unknown as Marks) as unknown as PlotOptions),
    document,
    style: { background: PAPER, color: INK, fontFamily: "system-ui, sans-serif", fontSize: "12px" },
  });
  drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", PAPER);
  drawing.insertBefore(paper, drawing.firstChild);
  return onDarkScreens(`${drawing.outerHTML}\n`);
}

/** Least share of its height that a narrow figure keeps. */
const LEAST_SHARE = 0.66;

/** Returns the height [px] that a figure of one has at another width. */
export const heightAt = (height: number, width = WIDTH): number =>
  Math.round(height * Math.min(1, Math.max(LEAST_SHARE, width / WIDTH)));

/** Returns a figure of another width, with a height to go with it. */
const narrowed = (figure: PlotOptions, width: number): PlotOptions => ({
  ...figure,
  width,
  height: heightAt(figure.height ?? WIDTH, width),
});

/** Returns the document of the page in a browser, elsewhere a new one. */
async function emptyDocument(): Promise<Document> {
  if (typeof document !== "undefined") return document;
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document;
}
