import type { PlotOptions } from "@observablehq/plot";
import { INK, PAPER, type Plot } from "./theme.ts";

/**
 * On a dark screen lightness is turned round and hues turned back: ink becomes light, colours stay what they are.
 * Programs that make print or bitmaps of the file do not look at it. The class keeps it off the page around.
 */
const DARK = "@media (prefers-color-scheme:dark){.stillwave{filter:invert(1) hue-rotate(180deg)}}";

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
export function stacked(pictures: readonly string[]): string {
  let height = 0;
  let width = 0;
  const placed = pictures.map((svg) => {
    const inner = svg
      .replace(/<style>[^<]*stillwave[^<]*<\/style>/, "")
      .replace(/class="stillwave ?/, 'class="');
    const text = inner.trim().replace(/^<svg/, `<svg y="${height}"`);
    height += Number(/ height="([\d.]+)"/.exec(svg)![1]);
    width = Math.max(width, Number(/ width="([\d.]+)"/.exec(svg)![1]));
    return text;
  });
  return onDarkScreens(
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      ...placed,
      "</svg>\n",
    ].join("\n"),
  );
}

function onDarkScreens(svg: string): string {
  const head = /^<svg[^>]*>/.exec(svg)![0];
  const named = head.includes('class="')
    ? head.replace('class="', 'class="stillwave ')
    : head.replace(/>$/, ' class="stillwave">');
  return `${named}<style>${DARK}</style>${svg.slice(head.length)}`;
}
