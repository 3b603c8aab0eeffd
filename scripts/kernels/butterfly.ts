/**
 * Small discrete Fourier transforms as straight-line programs over complex numbers.
 *
 *   y_k = Σ_j x_j e^{sign·2πi·jk/r}
 *
 * The program is data; a printer turns it into code.
 */
export interface Butterfly {
  readonly steps: readonly Step[];
  /** Names of y_0 … y_{r−1}; the inputs are x0 … x{r−1}. */
  readonly outputs: readonly string[];
}

/** One assignment. turn multiplies by ±i, twist by c + i·s; all other factors are real. */
export type Step =
  | { readonly op: "add" | "sub"; readonly to: string; readonly a: string; readonly b: string }
  | { readonly op: "scale"; readonly to: string; readonly a: string; readonly c: number }
  | { readonly op: "madd"; readonly to: string; readonly a: string; readonly c: number; readonly b: string }
  | { readonly op: "turn"; readonly to: string; readonly a: string; readonly sign: 1 | -1 }
  | { readonly op: "twist"; readonly to: string; readonly a: string; readonly c: number; readonly s: number };

type StepBody = Step extends infer S ? (S extends Step ? Omit<S, "to"> : never) : never;

/** The program of radix `r`: 2 … 8, or an odd prime. */
export function butterfly(r: number, sign: 1 | -1): Butterfly {
  const steps: Step[] = [];
  const emit = (body: StepBody): string => {
    const to = `t${steps.length}`;
    steps.push({ ...body, to } as Step); // the spread of a union's member plus `to` is that member again
    return to;
  };
  const add = (a: string, b: string) => emit({ op: "add", a, b });
  const sub = (a: string, b: string) => emit({ op: "sub", a, b });
  const turn = (a: string, s: 1 | -1) => emit({ op: "turn", a, sign: s });

  const transform = (x: readonly string[]): string[] => {
    const n = x.length;
    if (n === 1) return [x[0]!];
    if (n === 2) return [add(x[0]!, x[1]!), sub(x[0]!, x[1]!)];
    if (n === 4) return four(x);
    return n % 2 === 1 ? oddPrime(x) : composite(x, n === 6 ? 3 : 2);
  };

  const four = (x: readonly string[]): string[] => {
    const even = add(x[0]!, x[2]!);
    const evenMinus = sub(x[0]!, x[2]!);
    const odd = add(x[1]!, x[3]!);
    const oddTurned = turn(sub(x[1]!, x[3]!), sign);
    return [add(even, odd), add(evenMinus, oddTurned), sub(even, odd), sub(evenMinus, oddTurned)];
  };

  /** Pairs x_j ± x_{n−j}: cosines meet the sums, sines the differences, so all factors are real. */
  const oddPrime = (x: readonly string[]): string[] => {
    const n = x.length;
    const half = (n - 1) / 2;
    const sums: string[] = [];
    const differences: string[] = [];
    for (let j = 1; j <= half; j++) {
      sums.push(add(x[j]!, x[n - j]!));
      differences.push(sub(x[j]!, x[n - j]!));
    }
    const out = new Array<string>(n);
    out[0] = sums.reduce((total, s) => add(total, s), x[0]!);
    for (let k = 1; k <= half; k++) {
      // Of 11 and 13 the angle is kept within half a turn: beyond it the constants lose digits.
      const turns = (j: number) => (n > 7 ? j * k - n * Math.round((j * k) / n) : j * k);
      const angle = (j: number) => (2 * Math.PI * turns(j)) / n;
      const even = sums.reduce((b, a, j) => emit({ op: "madd", a, c: Math.cos(angle(j + 1)), b }), x[0]!);
      const odd = differences.reduce<string | undefined>((b, a, j) => {
        const c = sign * Math.sin(angle(j + 1));
        return b === undefined ? emit({ op: "scale", a, c }) : emit({ op: "madd", a, c, b });
      }, undefined);
      const turned = turn(odd!, 1);
      out[k] = add(even, turned);
      out[n - k] = sub(even, turned);
    }
    return out;
  };

  /** n = n1·n2 in two rounds: j = n2·a + b, k = k1 + n1·k2. */
  const composite = (x: readonly string[], n1: number): string[] => {
    const n = x.length;
    const n2 = n / n1;
    const first = Array.from({ length: n2 }, (_, b) =>
      transform(Array.from({ length: n1 }, (_, a) => x[n2 * a + b]!)),
    );
    const out = new Array<string>(n);
    for (let k1 = 0; k1 < n1; k1++) {
      const second = transform(first.map((y, b) => twiddled(y[k1]!, b * k1, n)));
      second.forEach((y, k2) => {
        out[k1 + n1 * k2] = y;
      });
    }
    return out;
  };

  const twiddled = (a: string, power: number, n: number): string => {
    if (power === 0) return a;
    if (4 * power === n) return turn(a, sign);
    const angle = (sign * 2 * Math.PI * power) / n;
    return emit({ op: "twist", a, c: Math.cos(angle), s: Math.sin(angle) });
  };

  const outputs = transform(Array.from({ length: r }, (_, j) => `x${j}`));
  return { steps, outputs };
}
