/** Times of one candidate [ms per call]: over samples, each of which is a batch of calls. */
export interface Timing {
  readonly min: number;
  readonly mean: number;
  readonly std: number;
  readonly samples: number;
  readonly callsPerSample: number;
}

export interface Candidate {
  readonly name: string;
  readonly run: () => void;
}

export interface Budget {
  /** Wall time for all candidates together [s]. Default 0.8. */
  readonly seconds?: number;
  /** At least this many rounds whatever they take. Default 3. */
  readonly rounds?: number;
}

/** A sample shorter than this [ms] would be all clock and no work. */
const SHORTEST_SAMPLE = 2;

/**
 * Times candidates in turn, one sample each per round, so that whatever else the machine does meets all of them
 * alike: the ratios of minima are what can be trusted.
 */
export function measure(
  candidates: readonly Candidate[],
  { seconds = 0.8, rounds = 3 }: Budget = {},
): Timing[] {
  const calls = candidates.map(({ run }) => {
    run(); // compiles, plans
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0, spent = 0; i < 5 && spent < 100; i++) {
      const time = timeOf(run, 1);
      best = Math.min(best, time);
      spent += time;
    }
    return Math.max(1, Math.ceil(SHORTEST_SAMPLE / Math.max(best, 1e-4)));
  });
  const samples = candidates.map((): number[] => []);
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; round < rounds || performance.now() < end; round++)
    candidates.forEach(({ run }, i) => {
      samples[i]!.push(timeOf(run, calls[i]!) / calls[i]!);
    });
  return samples.map((times, i) => ({ ...statistics(times), callsPerSample: calls[i]! }));
}

function timeOf(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}

/** Minimum, mean and standard deviation of one sample [ms]. */
export function statistics(times: readonly number[]): Omit<Timing, "callsPerSample"> {
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  const squares = times.reduce((sum, t) => sum + (t - mean) ** 2, 0);
  return {
    min: Math.min(...times),
    mean,
    std: times.length > 1 ? Math.sqrt(squares / (times.length - 1)) : 0,
    samples: times.length,
  };
}
