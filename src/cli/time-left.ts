/** Seconds as `40 s`, `3 min` or `2 h 10 min`. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  const minutes = Math.round(s / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * How long a count of equal pieces of work will still take, as text to put after it: `, 3 min left`. Empty before the first
 * piece is done and after the last.
 */
export function timeLeft(
  now: () => number = () => performance.now(),
): (done: number, total: number) => string {
  let began: { at: number; done: number } | undefined;
  return (done, total) => {
    began ??= { at: now(), done };
    const pieces = done - began.done;
    if (pieces <= 0 || done >= total) return "";
    return `, ${durationText(((now() - began.at) / pieces / 1000) * (total - done))} left`;
  };
}
