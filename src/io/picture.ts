import { InputError, requireInput } from "../common/failure.ts";
import { requireWritable } from "./node-files.ts";
import { writeAtomically } from "./whole-files.ts";

/** Pixels of a PNG for each unit of the drawing: sharp on paper at 10 cm width. */
const ZOOM = 2;

/**
 * Checks before a long run that a picture can be drawn to `path`.
 *
 * @throws InputError unless `path` ends in .svg or .png, can be written, and bitmaps are possible.
 */
export async function requirePicture(option: string, path: string): Promise<void> {
  requireInput(
    /\.(svg|png)$/.test(path),
    () => `${option}: must end in .svg or .png, got ${path}; the ending chooses what is written`,
  );
  await requireWritable(option, path);
  if (path.endsWith(".png")) await pngOf(LETTER);
}

/** Writes the text of an SVG picture as it is, or as a bitmap if `path` ends in .png. */
export async function writePicture(path: string, svg: string): Promise<void> {
  await writeAtomically(path, [path.endsWith(".png") ? await pngOf(svg) : svg]);
}

/**
 * A bitmap of an SVG picture, two pixels for each of its units.
 *
 * @throws InputError if the optional package that draws it or a font is absent.
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg } = await rasteriser();
  // The first font found here; the package would take the system's first one, symbols or not.
  const defaultFontFamily = "DejaVu Sans";
  const font = { loadSystemFonts: true, defaultFontFamily, sansSerifFamily: defaultFontFamily };
  const options = { font, fitTo: { mode: "zoom", value: ZOOM } } as const;
  requireInput(
    new Resvg(LETTER, options).getBBox() !== undefined,
    () =>
      "picture: a .png needs a font on this machine, found none; install one, such as the package fonts-dejavu-core, or write .svg",
  );
  return new Resvg(svg, options).render().asPng();
}

/** Nothing but a letter: empty where there is no font. */
const LETTER =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="15" font-family="system-ui, sans-serif">Γ</text></svg>';

async function rasteriser(): Promise<typeof import("@resvg/resvg-js")> {
  try {
    return await import("@resvg/resvg-js");
  } catch {
    throw new InputError(
      "picture: a .png needs the optional package @resvg/resvg-js, which is not installed; npm install @resvg/resvg-js, or write .svg",
    );
  }
}
