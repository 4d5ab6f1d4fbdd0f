const MOST = 3;
/** More candidates are not compared: a repository may have a million refs. */
const MAX_CANDIDATES = 5_000;
const MAX_LENGTH = 100;

/** The few candidates that somebody may have meant, best first. */
export function nearest(wanted: string, candidates: Iterable<string>): readonly string[] {
  const target = wanted.toLowerCase();
  if (target === '' || target.length > MAX_LENGTH) return [];
  const scored: { candidate: string; score: number }[] = [];
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > MAX_CANDIDATES) break;
    const score = distance(target, candidate.toLowerCase());
    if (score !== undefined) scored.push({ candidate, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || a.candidate.length - b.candidate.length)
    .slice(0, MOST)
    .map(({ candidate }) => candidate);
}

/** Smaller is nearer, undefined is not alike. */
function distance(target: string, candidate: string): number | undefined {
  if (candidate === target) return 0;
  const allowed = target.length < 4 ? 1 : Math.max(2, Math.floor(target.length / 3));
  if (Math.abs(candidate.length - target.length) <= allowed) {
    const edits = editDistance(target, candidate);
    if (edits <= allowed) return edits;
  }
  const last = target.slice(target.lastIndexOf('/') + 1);
  const contained = last.length >= 3 && (candidate.includes(last) || target.includes(candidate));
  return contained && candidate.length >= 3 ? 10 + Math.abs(candidate.length - target.length) : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
