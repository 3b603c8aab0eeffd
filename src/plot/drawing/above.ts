import type { Markish } from "@observablehq/plot";
import { colourOf, inkOf, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT, type Plot, WIDTH } from "./theme.ts";

/** A name in a key: of a colour, or of dashes. */
export type KeyName =
  | { readonly label: string; readonly colour: string }
  | { readonly label: string; readonly dashes: string | undefined };

export interface AboveOptions {
  readonly title?: string | undefined;
  /** Line below the title. */
  readonly subtitle?: string | undefined;
  /** Names of series in the colours of the palette, or others. */
  readonly key?: readonly (string | KeyName)[];
  /** Width of the picture [px]. */
  readonly width?: number | undefined;
  /** Margin of the frame [px]. */
  readonly left?: number;
  /** Whether it may begin left of the frame. Default whether the width is less than usual. */
  readonly isNarrow?: boolean;
}

/** What stands above a frame, in as many lines as the width takes. */
export interface Above {
  /** Margin above the frame, and what of it is more than with a line each [px]. */
  readonly height: number;
  readonly more: number;
  /** @param place further options of Plot, such as a facet. */
  marks(plot: Plot, place?: object): Markish[];
}

const TITLE_SIZE = 14;
const SUBTITLE_SIZE = 12;
const TITLE_LINE = 18;
/** Height of a row of a key [px], space after a name, and length of a dashed line. */
const KEY_ROW = 14;
const KEY_SPACE = 16;
const DASHES = 30;
/** Width of the square of a colour with the space after it [px]. */
const SQUARE = 15;
/** From the edge of a narrow picture, where what does not fit beside the axis begins [px]. */
const EDGE = 6;
/** Space between a key that begins there and the number of the topmost tick [px]. */
const TICK = 8;
/** By so much a frame may stand further right, for a vertical label of several lines [px]. */
const SHIFT = 24;

/** Returns about the width of words, bold in most fonts as wide as here [px]. */
export const widthOf = (text: string, size: number, isBold = true): number =>
  (isBold ? 0.66 : 0.59) * size * [...text].length;

/** Breaks a text between words into lines of at most a width, if its words are shorter. */
export function brokenInto(text: string, width: number, size: number, isBold = true): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)!} ${word}`;
    if (lines.length > 0 && widthOf(longer, size, isBold) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export function above({
  title,
  subtitle,
  key = [],
  width = WIDTH,
  left = MARGIN_LEFT,
  isNarrow = width < WIDTH,
}: AboveOptions): Above {
  const from = isNarrow ? EDGE - left : 0;
  const room = width - left - from - EDGE - (isNarrow ? SHIFT : 0);
  const titles = title === undefined ? [] : brokenInto(title, room, TITLE_SIZE);
  const subtitles = subtitle === undefined ? [] : brokenInto(subtitle, room, SUBTITLE_SIZE, false);
  const places = placesOf(key, room);
  const rows = Math.max(0, ...places.map(({ row, lines }) => row + lines.length));
  const gap = rows > 0 && isNarrow ? TICK : 0;
  const overKey = rows === 0 ? 0 : gap + 10 + KEY_ROW * (rows - 1);
  const text = (plot: Plot, line: string, dy: number, style: object): Markish =>
    plot.text([line], { frameAnchor: "top-left", dx: from, dy, ...style });
  return {
    height:
      16 +
      (titles.length === 0 ? 0 : 26 + TITLE_LINE * (titles.length - 1)) +
      TITLE_LINE * subtitles.length +
      KEY_ROW * rows +
      gap,
    more:
      TITLE_LINE * (Math.max(0, titles.length - 1) + Math.max(0, subtitles.length - 1)) +
      KEY_ROW * Math.max(0, rows - 1),
    marks: (plot, place = {}) => [
      ...titles.map((line, i) =>
        text(plot, line, -30 - overKey - TITLE_LINE * (subtitles.length + titles.length - 1 - i), {
          fontSize: TITLE_SIZE,
          fontWeight: "bold",
          ...place,
        }),
      ),
      ...subtitles.map((line, i) =>
        text(plot, line, -28 - overKey - TITLE_LINE * (subtitles.length - 1 - i), {
          fontSize: SUBTITLE_SIZE,
          ...place,
        }),
      ),
      ...places.flatMap(({ name, lines, dx, row }) => {
        const dy = -14 - gap - KEY_ROW * (rows - 1 - row);
        const words = (indent: number, fill?: string) =>
          lines.map((line, i) =>
            text(plot, line, dy + KEY_ROW * i, {
              dx: from + dx + indent,
              fontWeight: 600,
              ...(fill && { fill }),
              ...place,
            }),
          );
        if ("colour" in name) {
          const { colour: fill } = name;
          const square = text(plot, "■", dy, { dx: from + dx, fontWeight: 600, fill, ...place });
          return [square, ...words(SQUARE, inkOf(fill))];
        }
        const line = plot.vector([name.label], {
          frameAnchor: "top-left",
          dx: from + dx,
          dy: dy + 6, // the middle of the text
          anchor: "start",
          rotate: 90,
          length: DASHES,
          shape: STROKE,
          strokeWidth: 1.8,
          strokeLinecap: "butt",
          ...(name.dashes === undefined ? {} : { strokeDasharray: name.dashes }),
          ...place,
        });
        return [line, ...words(DASHES + 6)];
      }),
    ],
  };
}

/** Returns size and margins of a picture with one frame, and as much higher as stands above it. */
export const framed = (height: number, top: Above, right = MARGIN_RIGHT) => ({
  width: WIDTH,
  height: height + top.more,
  marginTop: top.height,
  marginLeft: MARGIN_LEFT,
  marginRight: right,
  marginBottom: MARGIN_BOTTOM,
});

/** Vector shape without a head. */
const STROKE = {
  draw(path: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, length: number) {
    path.moveTo(0, 0);
    path.lineTo(0, -length);
  },
};

interface KeyPlace {
  readonly name: KeyName;
  /** Words of it, a row each. */
  readonly lines: readonly string[];
  readonly dx: number;
  readonly row: number;
}

/** Lays names out in rows; one that is longer than a row is broken. */
function placesOf(key: readonly (string | KeyName)[], room: number): KeyPlace[] {
  let [dx, row, height] = [0, 0, 1];
  return key.map((given, i) => {
    const name = typeof given === "string" ? { label: given, colour: colourOf(i) } : given;
    const indent = "colour" in name ? SQUARE : DASHES + 6;
    const lines = brokenInto(name.label, room - indent, 12);
    const width = indent + Math.max(...lines.map((line) => widthOf(line, 12)));
    if (dx > 0 && (dx + width > room || lines.length > 1)) [dx, row, height] = [0, row + height, 1];
    const place = { name, lines, dx, row };
    dx += width + KEY_SPACE;
    height = lines.length;
    return place;
  });
}
