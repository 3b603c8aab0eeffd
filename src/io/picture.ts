import { InputError, requireInput } from "../common/failure.ts";
import { requireWritable } from "./node-files.ts";
import { pdfOf } from "./pdf.ts";
import { writeAtomically } from "./whole-files.ts";

/** Pixels of a PNG for each unit of the drawing, and of a narrow one across: sharp on paper. */
const ZOOM = 2;
const ACROSS = 1360;

/**
 * Checks before a long run that a picture can be drawn to `path`.
 *
 * @throws InputError unless `path` ends in .svg, .png or .pdf, can be written, and the packages for
 *   it are there.
 */
export async function requirePicture(option: string, path: string): Promise<void> {
  requireInput(
    /\.(svg|png|pdf)$/.test(path),
    () => `${option}: must end in .svg, .png or .pdf, got ${path}; the ending chooses what is written`,
  );
  await requireWritable(option, path);
  await pictureBytes(path, LETTER);
}

/** Writes the text of an SVG picture as it is, or as a bitmap or page by the ending of `path`. */
export async function writePicture(path: string, svg: string): Promise<void> {
  await writeAtomically(path, [await pictureBytes(path, svg)]);
}

const pictureBytes = async (path: string, svg: string): Promise<string | Uint8Array> =>
  path.endsWith(".png") ? pngOf(svg) : path.endsWith(".pdf") ? pdfOf(svg) : svg;

/**
 * A bitmap of an SVG picture, two pixels for each of its units, more where it is narrow.
 *
 * @throws InputError if the optional package that draws it or a font is absent.
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await rasteriser();
  const zoom = Math.max(ZOOM, ACROSS / Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? ACROSS));
  // The first font found here; the package would take the system's first one, symbols or not.
  const defaultFontFamily = "DejaVu Sans";
  const font = { loadSystemFonts: true, defaultFontFamily, sansSerifFamily: defaultFontFamily };
  const options = { font, fitTo: { mode: "zoom", value: zoom } } as const;
  requireInput(
    new Resvg(LETTER, options).getBBox() !== undefined,
    () =>
      "picture: a .png needs a font on this machine, found none; install one, such as the package fonts-dejavu-core, or write .svg",
  );
  return new Resvg(svg, options).render().asPng();
}

/** Nothing but a letter: empty where there is no font. */
const LETTER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="20" height="20"><text y="15" font-family="system-ui, sans-serif">Γ</text></svg>';

async function rasteriser(): Promise<typeof import("@resvg/resvg-js")> {
  try {
    return await import("@resvg/resvg-js");
  } catch {
    throw new InputError(
      "picture: a .png needs the optional package @resvg/resvg-js, which is not installed; npm install @resvg/resvg-js, or write .svg",
    );
  }
}
