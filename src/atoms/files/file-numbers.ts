/** No potential or projector comes near. */
const LARGEST = 1e100;

/** Reads a Fortran number, `1.5D-03` or `1.5-103`; NaN for other text and for huge numbers. */
export function fortranNumber(word: string): number {
  const plain = Number(word);
  if (Math.abs(plain) > LARGEST) return Number.NaN;
  if (!Number.isNaN(plain)) return word === "" ? Number.NaN : plain;
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[dDeE]([+-]?\d+)|([+-]\d+))$/.exec(word);
  return parts === null ? Number.NaN : Number(`${parts[1]}e${parts[2] ?? parts[3]}`);
}

/** The words of a text, without white space. */
export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** A hash of a text (FNV-1a, 32 bit, two starts) as 16 hexadecimal digits, to tell texts apart. */
export function digestOf(text: string): string {
  const hash = (start: number): string => {
    let h = start;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    return (h >>> 0).toString(16).padStart(8, "0");
  };
  return hash(0x811c9dc5) + hash(0x2f0b4c47);
}
