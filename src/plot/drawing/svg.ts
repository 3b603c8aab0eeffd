import type { PlotOptions } from "@observablehq/plot";
import { INK, PAPER, type Plot } from "./theme.ts";

/**
 * On a dark screen lightness is turned round and hues turned back: ink becomes light, colours stay what they are. What shows
 * values by lightness, of class `map`, is turned twice, so that dark stays little and light much.
 * Programs that make print or bitmaps of the file do not look at it. The class keeps it off the page around.
 */
const DARK =
  "@media (prefers-color-scheme:dark){.stillwave,.stillwave .map{filter:invert(1) hue-rotate(180deg)}}";

/** Text of a stand-alone SVG file of a figure. The plotting packages are loaded here, so that other runs do not pay for them. */
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

/** The page's own document in a browser, elsewhere one made for the purpose. */
async function emptyDocument(): Promise<Document> {
  if (typeof document !== "undefined") return document;
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** Pictures one above another, as one. */
export const stacked = (pictures: readonly string[]): string =>
  together(pictures, ({ height }) => ({ x: 0, y: height }));

/** Pictures side by side, as one. */
export const beside = (pictures: readonly string[]): string =>
  together(pictures, ({ width }) => ({ x: width, y: 0 }));

interface Extent {
  readonly width: number;
  readonly height: number;
}

/** @param next where a picture goes when those before it fill an extent. */
function together(
  pictures: readonly string[],
  next: (filled: Extent) => { readonly x: number; readonly y: number },
): string {
  let filled: Extent = { width: 0, height: 0 };
  const placed = pictures.map((svg) => {
    const { x, y } = next(filled);
    const size = (name: "width" | "height") => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(svg)![1]);
    filled = {
      width: Math.max(filled.width, x + size("width")),
      height: Math.max(filled.height, y + size("height")),
    };
    return svg
      .replace(STYLE, "")
      .replace('class="stillwave', 'class="')
      .trim()
      .replace(/^<svg/, `<svg x="${x}" y="${y}"`);
  });
  const { width, height } = filled;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const paper = `<rect width="100%" height="100%" fill="${PAPER}" />`;
  return onDarkScreens([head, paper, ...placed, "</svg>\n"].join("\n"));
}

const STYLE = `<style>${DARK}</style>`;

function onDarkScreens(svg: string): string {
  const head = /^<svg[^>]*>/.exec(svg)![0];
  const named = head.includes('class="')
    ? head.replace('class="', 'class="stillwave ')
    : head.replace(/>$/, ' class="stillwave">');
  return `${named}${STYLE}${svg.slice(head.length)}`;
}
