import type { PlotOptions } from "@observablehq/plot";
import { INK, PAPER, type Plot, WIDTH } from "./theme.ts";
import { onDarkScreens } from "./together.ts";

/** How any picture is drawn. */
export interface Drawing {
  /** Width [px], 96 to the inch; letters keep their size. Default 680. */
  readonly width?: number | undefined;
  /**
   * Changes the specification of the picture's main panel, in the words of Observable Plot, before
   * it is drawn: marks added, an axis of one's own.
   */
  readonly adapt?: ((figure: PlotOptions, plot: Plot) => PlotOptions) | undefined;
}

/** Returns a figure as a stand-alone SVG file. Loads the plotting packages on demand. */
export async function figureSvg(
  figure: (plot: Plot) => PlotOptions,
  { width, adapt = (asItIs) => asItIs }: Drawing = {},
): Promise<string> {
  const [plot, document] = await Promise.all([import("@observablehq/plot"), emptyDocument()]);
  const drawing = plot.plot({
    ...adapt(width === undefined ? figure(plot) : narrowed(figure(plot), width), plot),
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
