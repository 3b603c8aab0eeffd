import type { Interval } from "./interval.ts";

/**
 * Decimal text that contains the interval, such as `[0.9487, 0.9493]`: ends rounded outwards, with
 * decimals that show the width to two digits.
 */
export function outwardText({ lo, hi }: Interval): string {
  const width = Math.max(hi - lo, Math.abs(lo) * 1e-16, 1e-90);
  const decimals = Math.min(90, Math.max(0, 1 - Math.floor(Math.log10(width))));
  return `[${strictlyBeyond(lo, decimals, -1)}, ${strictlyBeyond(hi, decimals, 1)}]`;
}

/** A decimal that reads back as another double than x on the wanted side is itself on that side. */
function strictlyBeyond(x: number, decimals: number, side: 1 | -1): string {
  if (!Number.isFinite(x)) return String(x);
  const unit = Number(`1e-${decimals}`);
  for (let steps = 0; ; steps++) {
    const text = (x + side * steps * unit).toFixed(decimals);
    if (side * (Number(text) - x) > 0) return text.replace(/^-(0(\.0*)?)$/, "$1");
  }
}

/** Decimal text of at least x ≥ 0, such as `1.3e-3`: rounded up to two digits. */
export function aboveText(x: number): string {
  if (x === 0 || !Number.isFinite(x)) return x.toExponential(1);
  const least = Math.max(x, 1e-300);
  const text = least.toExponential(1);
  if (Number(text) > least) return text;
  const unit = Number(`1e${text.split("e")[1]}`) / 10;
  return (Number(text) + unit).toExponential(1);
}
