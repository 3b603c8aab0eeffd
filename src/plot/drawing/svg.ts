import type { PlotOptions } from "@observablehq/plot";
import { type Above, brokenInto } from "./above.ts";
import type { Drawing, Figure, Marks } from "./drawing.ts";
import { INK, MARGIN_BOTTOM, PAPER, type Plot, WIDTH } from "./theme.ts";
import { onDarkScreens } from "./together.ts";

/**
 * Returns a figure as a stand-alone SVG file. Loads the plotting packages on demand.
 *
 * @param keepsHeight whether a narrow figure is as high, because its rows are.
 */
export async function figureSvg(
  figure: (plot: Plot) => PlotOptions,
  {
    width,
    adapt = (asItIs) => asItIs,
    keepsHeight = false,
  }: Drawing & { readonly keepsHeight?: boolean } = {},
): Promise<string> {
  const [plot, document] = await Promise.all([import("@observablehq/plot"), emptyDocument()]);
  const own = fitted(width === undefined ? figure(plot) : narrowed(figure(plot), width, keepsHeight));
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

/** Returns the height [px] that what a figure draws has at another width. */
const heightAt = (height: number, width = WIDTH): number =>
  Math.round(height * Math.min(1, Math.max(LEAST_SHARE, width / WIDTH)));

/** Returns the height of a figure's frame at a width [px]. */
export const frameHeight = (height: number, top: Above, width: number | undefined): number =>
  heightAt(height + top.more - top.height, width) - MARGIN_BOTTOM;

/** Returns a figure of another width, with a height to go with it; what stands above stays. */
function narrowed(figure: PlotOptions, width: number, keepsHeight: boolean): PlotOptions {
  const { height = WIDTH, marginTop = 0 } = figure;
  if (keepsHeight) return { ...figure, width };
  return { ...figure, width, height: marginTop + heightAt(height - marginTop, width) };
}

/** Height of a line of an axis label [px]. */
const LABEL_LINE = 12;
/** So much longer than the frame may a vertical label of a narrow picture be, at each end [px]. */
const BEYOND = 12;

/** Breaks the labels of axes that would run over the edge, and makes room for their lines. */
function fitted(figure: PlotOptions): PlotOptions {
  const { width = WIDTH, height = WIDTH, x, y } = figure;
  const { marginLeft = 0, marginRight = 0, marginTop = 0, marginBottom = 0 } = figure;
  const frame = height - marginTop - marginBottom;
  /** Lines of a label around the middle of a side of `length` between two margins. */
  const lines = (label: unknown, length: number, before: number, after: number): string[] =>
    typeof label === "string" ? brokenInto(label, length - Math.abs(before - after), LABEL_LINE, false) : [];
  const [across, up] = [
    lines(x?.label, width, marginLeft, marginRight),
    lines(y?.label, width < WIDTH ? frame + 2 * BEYOND : height, 0, 0),
  ];
  const [below, beside] = [across, up].map(({ length }) => LABEL_LINE * Math.max(0, length - 1)) as [
    number,
    number,
  ];
  const side =
    y?.axis === "right" ? { marginRight: marginRight + beside } : { marginLeft: marginLeft + beside };
  return {
    ...figure,
    ...(below > 0 && {
      x: { ...x, label: across.join("\n") },
      marginBottom: marginBottom + below,
      height: height + below,
    }),
    ...(beside > 0 && { y: { ...y, label: up.join("\n") }, ...side }),
  };
}

/** Returns the document of the page in a browser, elsewhere a new one. */
async function emptyDocument(): Promise<Document> {
  if (typeof document !== "undefined") return document;
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document;
}
