import type { PlotOptions } from "@observablehq/plot";

/** Dark on white whatever surrounds the picture: it may stand on a dark page. */
const INK = "#1b1b1b";
const PAPER = "#ffffff";

/** Colours told apart by most eyes and in print; series beyond the last start again. */
export const PALETTE = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#7a5195",
  "#b8860b",
  "#56b4e9",
  "#4d4d4d",
] as const;

/** Text of a stand-alone SVG file of a figure. The plotting packages are loaded here, so that other runs do not pay for them. */
export async function figureSvg(
  figure: (plot: typeof import("@observablehq/plot")) => PlotOptions,
): Promise<string> {
  const [plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
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
  return `${drawing.outerHTML}\n`;
}

/** 10⁻⁶ for −6. */
export function powerOfTen(exponent: number): string {
  const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const digits = [...String(Math.abs(exponent))].map((digit) => superscript[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
