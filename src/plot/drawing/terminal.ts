/** Data of a drawing in a terminal. */
export interface TerminalPlot {
  /** Points, joined in order; those not finite leave a gap. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Dotted horizontal line, for instance a tolerance. */
  readonly level?: number;
  /** Size of the drawing area in characters. Default 56 × 10. */
  readonly width?: number;
  readonly height?: number;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Dots of a Braille character: two columns of four, with their Unicode bit values. */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE = 0x2800;

/**
 * Draws a line in Braille dots with axes, as lines of text; empty for fewer than two finite points.
 * The vertical axis is extended to integers, which are powers of ten if y is a logarithm.
 */
export function terminalPlot(plot: TerminalPlot): string {
  const { width = 56, height = 10, level } = plot;
  const drawn = plot.points.filter(isFinitePoint);
  if (drawn.length < 2) return "";
  const x = rangeOf(drawn.map((point) => point.x));
  const values = [...drawn.map((point) => point.y), ...(level === undefined ? [] : [level])];
  const y = { low: Math.floor(Math.min(...values)), high: Math.ceil(Math.max(...values)) };
  if (y.high === y.low) y.high = y.low + 1;

  const dots = new Uint8Array(width * height);
  const column = (value: number) => Math.round(((value - x.low) / (x.high - x.low)) * (2 * width - 1));
  const row = (value: number) => Math.round(((y.high - value) / (y.high - y.low)) * (4 * height - 1));
  const mark = (c: number, r: number) => {
    dots[(c >> 1) + width * (r >> 2)]! |= DOT_BITS[c & 1]![r & 3]!;
  };
  if (level !== undefined) for (let c = 0; c < 2 * width; c += 4) mark(c, row(level));
  plot.points.forEach((point, i) => {
    if (!isFinitePoint(point)) return;
    const before = plot.points[i - 1];
    const from = before !== undefined && isFinitePoint(before) ? before : point;
    drawLine(column(from.x), row(from.y), column(point.x), row(point.y), mark);
  });

  const labels = tickLabels(y, height, row);
  const margin = Math.max(...labels.map((label) => label.length));
  const body = labels.map((label, line) => {
    const cells = Array.from(dots.subarray(width * line, width * (line + 1)), (bits) =>
      bits === 0 ? " " : String.fromCodePoint(BRAILLE + bits),
    );
    return `${label.padStart(margin)} ${label === "" ? "│" : "┤"}${cells.join("")}`.trimEnd();
  });
  const indent = " ".repeat(margin + 2);
  const right = `${x.high}`;
  const axis = `${x.low}${plot.xLabel.padStart(Math.floor((width + plot.xLabel.length) / 2) - `${x.low}`.length)}`;
  return [
    `${indent}${plot.yLabel}`,
    ...body,
    `${" ".repeat(margin + 1)}└${"─".repeat(width)}`,
    `${indent}${axis.padEnd(width - right.length)}${right}`,
  ].join("\n");
}

const isFinitePoint = ({ x, y }: { x: number; y: number }): boolean =>
  Number.isFinite(x) && Number.isFinite(y);

function rangeOf(values: readonly number[]): Range {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? { low, high } : { low, high: low + 1 };
}

/** Returns one label per text line, most of them empty: integers at least two lines apart. */
function tickLabels({ low, high }: Range, height: number, row: (value: number) => number): string[] {
  const labels = Array.from({ length: height }, () => "");
  const spacing = Math.ceil((2 * (high - low)) / (height - 1));
  for (let value = high; value >= low; value -= spacing) labels[row(value) >> 2] = String(value);
  return labels;
}

/** Draws Bresenham's line, both ends included. */
function drawLine(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  mark: (x: number, y: number) => void,
): void {
  const dx = Math.abs(toX - fromX);
  const dy = -Math.abs(toY - fromY);
  const stepX = Math.sign(toX - fromX);
  const stepY = Math.sign(toY - fromY);
  let x = fromX;
  let y = fromY;
  let error = dx + dy;
  for (;;) {
    mark(x, y);
    if (x === toX && y === toY) return;
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
  }
}
