/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toPrecision(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const parts: readonly [string, number][] = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const first = parts.findIndex(([, size]) => whole >= size);
  const [[name, size], [nextName, nextSize]] = [parts[first]!, parts[first + 1]!];
  const rest = Math.round((whole % size) / nextSize);
  return rest === 0
    ? `${Math.floor(whole / size)} ${name}`
    : `${Math.floor(whole / size)} ${name} ${rest} ${nextName}`;
}
