/**
 * Evaluates an expression of an input file: numbers (`0.5d0` too), + − * / ^ ( ) and functions of
 * one argument. NaN for any other text.
 */
export function evaluated(text: string): number {
  const tokens = text.match(
    /\d+\.?\d*(?:[eEdD][+-]?\d+)?|\.\d+(?:[eEdD][+-]?\d+)?|[A-Za-z]+|\*\*|[-+*/^()]|\S/g,
  );
  if (tokens === null) return Number.NaN;
  let at = 0;
  const take = (...wanted: string[]): string | undefined =>
    wanted.includes(tokens[at] ?? "") ? tokens[at++] : undefined;
  const sum = (): number => {
    let value = product();
    for (let sign = take("+", "-"); sign !== undefined; sign = take("+", "-"))
      value += sign === "+" ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = signed();
    for (let sign = take("*", "/"); sign !== undefined; sign = take("*", "/"))
      value = sign === "*" ? value * signed() : value / signed();
    return value;
  };
  const signed = (): number => {
    const sign = take("+", "-");
    if (sign === undefined) return power();
    return sign === "-" ? -signed() : signed();
  };
  const power = (): number => {
    const base = atom();
    return take("^", "**") === undefined ? base : base ** signed();
  };
  const atom = (): number => {
    const token = tokens[at++] ?? "";
    if (/^[\d.]/.test(token)) return Number(token.replace(/[dD]/, "e"));
    const apply = token === "(" ? (x: number) => x : FUNCTIONS[token.toLowerCase()];
    if (apply === undefined || (token !== "(" && take("(") === undefined)) return Number.NaN;
    const value = sum();
    return take(")") === undefined ? Number.NaN : apply(value);
  };
  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : Number.NaN;
}

const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
};
