/**
 * Returns the candidate most like `word`, for "did you mean"; undefined if none is within a third
 * of its length in edits (at least two). Ignores case; the same length wins a tie.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1; // not reached
  for (const candidate of candidates) {
    // Half an edit for another length: H20 is H2O rather than H2.
    const edits =
      editDistance(wanted, candidate.toLowerCase()) + (candidate.length === wanted.length ? 0 : 0.5);
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** Returns ` (did you mean NAME?)` or nothing, to end a message about an unknown name. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const name = nearest(word, candidates);
  return name === undefined ? "" : ` (did you mean ${name}?)`;
}

/**
 * Returns the Damerau–Levenshtein distance (optimal string alignment): insertions, deletions,
 * replacements and swaps of neighbours that turn `a` into `b`, no letter being edited twice.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
