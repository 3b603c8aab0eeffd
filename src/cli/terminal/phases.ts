/** How long one kind of work took. */
export interface PhaseTime {
  readonly name: string;
  readonly seconds: number;
}

/** Tells time apart by what it went to, in the order in which it was first done. */
export interface PhaseClock {
  /** From now on the time is that of `name`. */
  enter(name: string): void;
  times(): PhaseTime[];
}

/** Starts when it is made, with the preparation: every moment belongs to a phase. */
export function phaseClock(now: () => number = () => performance.now()): PhaseClock {
  const seconds = new Map([["preparation", 0]]);
  let current = "preparation";
  let since = now();
  const settle = () => {
    const time = now();
    seconds.set(current, seconds.get(current)! + (time - since) / 1000);
    since = time;
  };
  return {
    enter(name) {
      if (name === current) return;
      settle();
      current = name;
      if (!seconds.has(name)) seconds.set(name, 0);
    },
    times() {
      settle();
      return [...seconds].map(([name, s]) => ({ name, seconds: s }));
    },
  };
}
