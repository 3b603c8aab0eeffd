import koffi from "koffi";

const THREAD_CPUTIME = 3; // of Linux
const time = new BigInt64Array(2);
const clockGettime = koffi.load("libc.so.6").func("int clock_gettime(int, _Out_ int64_t*)");

/** Processor time of this thread [ms], to which other programs and other threads add nothing; Linux. */
export function threadTime(): number {
  clockGettime(THREAD_CPUTIME, time);
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
}
