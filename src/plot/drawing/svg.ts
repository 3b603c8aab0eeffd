import type { PlotOptions } from "@observablehq/plot";
import { INK, PAPER, type Plot } from "./theme.ts";
import { onDarkScreens } from "./together.ts";

/** Returns a figure as a stand-alone SVG file. Loads the plotting packages on demand. */
export async function figureSvg(figure: (plot: Plot) => PlotOptions): Promise<string> {
  const [plot, document] = await Promise.all([import("@observablehq/plot"), emptyDocument()]);
  const drawing = plot.plot({
    ...figure(plot),
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

/** Returns the document of the page in a browser, elsewhere a new one. */
async function emptyDocument(): Promise<Document> {
  if (typeof document !== "undefined") return document;
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document;
}
