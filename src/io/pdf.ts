import { createRequire } from "node:module";
import { InputError } from "../common/failure.ts";

/** Points for each unit of a drawing, of which there are 96 to the inch. */
const POINTS = 0.75;

/**
 * The picture of an SVG as a PDF of one page, with lines as lines and the glyphs that it uses
 * embedded: DejaVu Sans, whatever fonts the machine has.
 *
 * @throws InputError if an optional package that makes it is absent.
 */
export async function pdfOf(svg: string): Promise<Uint8Array> {
  const { Document, draw, fonts } = await printer();
  const [, width = 0, height = 0] = (/ viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number);
  const page = new Document({ size: [POINTS * width, POINTS * height], margin: 0 });
  const pieces: Uint8Array[] = [];
  page.on("data", (piece) => pieces.push(piece));
  const done = new Promise<void>((ended) => page.on("end", () => ended()));
  draw(page, await withHalos(svg), 0, 0, {
    assumePt: false,
    fontCallback: (_family, isBold, isItalic) => fonts(`${isBold ? "Bold" : ""}${isItalic ? "Oblique" : ""}`),
  });
  page.end();
  await done;
  return Buffer.concat(pieces);
}

/** Draws the rims of letters as letters of their own below them: the package knows no order. */
async function withHalos(svg: string): Promise<string> {
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  for (const group of document.querySelectorAll('[paint-order="stroke"]')) {
    const letters = group.cloneNode(true) as Element;
    letters.setAttribute("stroke", "none");
    group.after(letters);
  }
  return document.querySelector("svg")!.outerHTML;
}

/** What is used of pdfkit. */
interface Page {
  on(event: "data", hear: (piece: Uint8Array) => void): void;
  on(event: "end", hear: () => void): void;
  end(): void;
}

interface Printer {
  readonly Document: new (options: {
    readonly size: readonly [number, number];
    readonly margin: number;
  }) => Page;
  readonly draw: (
    page: Page,
    svg: string,
    x: number,
    y: number,
    options: {
      readonly assumePt: boolean;
      readonly fontCallback: (family: string, isBold: boolean, isItalic: boolean) => string;
    },
  ) => void;
  /** File of a style: empty, `Bold`, `Oblique` or both. */
  readonly fonts: (style: string) => string;
}

function printer(): Printer {
  const require = createRequire(import.meta.url);
  try {
    return {
      Document: require("pdfkit") as Printer["Document"],
      draw: require("svg-to-pdfkit") as Printer["draw"],
      fonts: (style) => require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${style && `-${style}`}.ttf`),
    };
  } catch {
    throw new InputError(
      "picture: a .pdf needs the optional packages pdfkit, svg-to-pdfkit and dejavu-fonts-ttf, not all of which are installed; npm install pdfkit svg-to-pdfkit dejavu-fonts-ttf, or write .svg",
    );
  }
}
