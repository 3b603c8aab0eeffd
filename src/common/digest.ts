/** Mixes 32-bit words, one after another, into 16 hexadecimal digits. */
function mixed(count: number, word: (i: number) => number): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < count; i++) {
    const next = word(i);
    a = Math.imul(a ^ next, 0x01000193);
    b = Math.imul((b ^ next) + (b << 6) + (b >>> 2), 0x85ebca6b);
  }
  return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Returns 16 hexadecimal digits that tell plain data apart, typed arrays included. Not secure. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) =>
    ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item,
  );
  return mixed(text.length, (i) => text.charCodeAt(i));
}

/** Does the same for the bits of many numbers. */
export function digestOfNumbers(numbers: Float64Array): string {
  const words = new Uint32Array(numbers.slice().buffer);
  return mixed(words.length, (i) => words[i]!);
}
