/**
 * The two loops over grid points between inverse and forward transform, in WebAssembly: in
 * JavaScript they take nearly a third of the time of the transforms. FFTW too works on `slab` and
 * `field`.
 */
export interface SlabLoops {
  /** Complex values on some planes of the grid. */
  readonly slab: Float64Array;
  /** A real field on the whole grid: the potential or the density. */
  readonly field: Float64Array;
  /** Size of `slab` and `field` together. */
  readonly bytes: number;
  /** slab_i ← field_{first+i} slab_i for `count` points. */
  multiply(first: number, count: number): void;
  /** field_{first+i} ← field_{first+i} + weight |slab_i|². */
  accumulate(first: number, count: number, weight: number): void;
}

/** Compiles loops over at least `points` field values and `slabPoints` slab values. */
export function slabLoops(points: number, slabPoints: number): SlabLoops {
  // The loops work on UNROLL points at once and may run over the end by UNROLL − 1.
  const fieldBytes = 64 * Math.ceil((8 * (points + UNROLL)) / 64);
  const slabBytes = 16 * (slabPoints + UNROLL);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((fieldBytes + slabBytes) / 65536) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(slabModule()), { m: { m: memory } });
  const { multiply, accumulate } = instance.exports as unknown as {
    // exports of the module below
    multiply: (slab: number, field: number, slabEnd: number) => void;
    accumulate: (slab: number, field: number, slabEnd: number, weight: number) => void;
  };
  const field = new Float64Array(memory.buffer, 0, points);
  const slab = new Float64Array(memory.buffer, fieldBytes, 2 * slabPoints);
  return {
    slab,
    field,
    bytes: memory.buffer.byteLength,
    multiply: (first, count) => multiply(fieldBytes, 8 * first, fieldBytes + 16 * count),
    accumulate: (first, count, weight) => {
      // The last, incomplete group, done here because the loop would read beyond the field.
      const whole = count - (count % UNROLL);
      accumulate(fieldBytes, 8 * first, fieldBytes + 16 * whole, weight);
      for (let i = whole; i < count; i++)
        field[first + i]! += weight * (slab[2 * i]! ** 2 + slab[2 * i + 1]! ** 2);
    },
  };
}

const UNROLL = 4;

// Instructions of the WebAssembly core specification, by their names.
const [I32, F64, VOID] = [0x7f, 0x7c, 0x40];
const [SLAB, FIELD, END, WEIGHT] = [0, 1, 2, 3];
const get = (local: number) => [0x20, local];
const unsigned = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >>> 7)]);
const signed = (n: number) => [(n & 127) | 128, n >> 7]; // for 0 ≤ n < 8192
// i32.const, i32.add, local.set
const advance = (local: number, bytes: number) => [...get(local), 0x41, ...signed(bytes), 0x6a, 0x21, local];
const simd = (code: number, ...rest: number[]) => [0xfd, ...unsigned(code), ...rest];
const loadComplex = (offset: number) => simd(0x00, 3, offset); // v128.load
const storeComplex = (offset: number) => simd(0x0b, 3, offset); // v128.store
const loadSplat = (offset: number) => simd(0x0a, 3, offset); // v128.load64_splat
const multiplyPair = simd(0xf2); // f64x2.mul
const part = (lane: number) => simd(0x21, lane); // f64x2.extract_lane
const group = Array.from({ length: UNROLL }, (_, i) => i);
const vector = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]) => [id, ...vector(content)];
const text = (s: string) => vector(Array.from(s, (c) => c.charCodeAt(0)));

/** block { loop { leave if slab ≥ end; body; step; again } } */
const loop = (body: readonly number[]) => [
  ...[0x02, VOID, 0x03, VOID],
  ...get(SLAB),
  ...get(END),
  ...[0x4f, 0x0d, 1], // i32.ge_u, br_if 1
  ...body,
  ...advance(SLAB, 16 * UNROLL),
  ...advance(FIELD, 8 * UNROLL),
  ...[0x0c, 0, 0x0b, 0x0b], // br 0, end, end
];

function slabModule(): Uint8Array<ArrayBuffer> {
  const multiply = loop(
    group.flatMap((i) => [
      ...get(SLAB),
      ...get(SLAB),
      ...loadComplex(16 * i),
      ...get(FIELD),
      ...loadSplat(8 * i),
      ...multiplyPair,
      ...storeComplex(16 * i),
    ]),
  );
  const square = (i: number) => [
    ...get(SLAB),
    ...loadComplex(16 * i),
    ...get(SLAB),
    ...loadComplex(16 * i),
    ...multiplyPair,
  ];
  const accumulate = loop(
    group.flatMap((i) => [
      ...get(FIELD),
      ...get(FIELD),
      ...[0x2b, 3, 8 * i], // f64.load
      ...get(WEIGHT),
      ...square(i),
      ...part(0),
      ...square(i),
      ...part(1),
      ...[0xa0, 0xa2, 0xa0], // f64.add, f64.mul, f64.add
      ...[0x39, 3, 8 * i], // f64.store
    ]),
  );
  const body = (code: readonly number[]) => vector([0, ...code, 0x0b]); // no locals
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list([
        [0x60, ...list([[I32], [I32], [I32]]), 0],
        [0x60, ...list([[I32], [I32], [I32], [F64]]), 0],
      ]),
    ),
    ...section(2, list([[...text("m"), ...text("m"), 2, 0, 1]])), // memory of at least one page
    ...section(3, list([[0], [1]])),
    ...section(
      7,
      list([
        [...text("multiply"), 0, 0],
        [...text("accumulate"), 0, 1],
      ]),
    ),
    ...section(10, list([body(multiply), body(accumulate)])),
  ]);
}
