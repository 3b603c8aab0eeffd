import { PAPER } from "./theme.ts";

/**
 * Inverts lightness but not hues on a dark screen: ink becomes light, colours stay. Elements of
 * class `map`, which show values by lightness, are inverted twice. Programs that print or rasterise
 * the file ignore the rule. The class confines it to the picture.
 */
const DARK =
  "@media (prefers-color-scheme:dark){.stillwave,.stillwave .map{filter:invert(1) hue-rotate(180deg)}}";
const STYLE = `<style>${DARK}</style>`;
const SHEET = new RegExp(`<rect width="100%" height="100%" fill="${PAPER}"\\s*(?:/>|></rect>)`);

/**
 * Joins pictures one above another.
 *
 * @example
 * ```ts
 * import { linesSvg, stacked } from "stillwave";
 *
 * const axes = { x: "x", y: "y" };
 * const line = (label: string) => linesSvg([{ label, points: [[0, 1], [1, 2]] }], axes);
 * console.log(stacked([await line("a"), await line("b")]).length);
 * ```
 */
export const stacked = (pictures: readonly string[]): string =>
  together(pictures, ({ height }) => ({ x: 0, y: height }));

/** Joins pictures side by side. */
export const beside = (pictures: readonly string[]): string =>
  together(pictures, ({ width }) => ({ x: width, y: 0 }));

interface Extent {
  readonly width: number;
  readonly height: number;
}

/** @param next returns the position of a picture, given the extent of those before it. */
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
      .replace(SHEET, "") // one paper below all
      .replace('class="stillwave', 'class="')
      .trim()
      .replace(/^<svg/, `<svg x="${x}" y="${y}" overflow="visible"`);
  });
  const { width, height } = filled;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const paper = `<rect width="100%" height="100%" fill="${PAPER}" />`;
  return onDarkScreens([head, paper, ...placed, "</svg>\n"].join("\n"));
}

/** Gives a picture the stylesheet that inverts it on a dark screen. */
export function onDarkScreens(svg: string): string {
  const head = /^<svg[^>]*>/.exec(svg)![0];
  const named = head.includes('class="')
    ? head.replace('class="', 'class="stillwave ')
    : head.replace(/>$/, ' class="stillwave">');
  return `${named}${STYLE}${svg.slice(head.length)}`;
}
