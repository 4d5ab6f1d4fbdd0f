import { kubeTime } from '../api/time.ts';

/** Who made a commit or a tag, as that says. */
export interface Person {
  /** Empty, as the address, where the commit does not say. */
  readonly name: string;
  readonly email: string;
  /** RFC 3339, UTC. Where it cannot be read it is the beginning of 1970, which is also what git shows. */
  readonly time: string;
}

/** Of a header line. */
export function personIn(line: string): Person {
  const open = line.indexOf('<');
  if (open < 0) return { name: line.trim(), email: '', time: timeIn(undefined) };
  const close = line.indexOf('>', open);
  const email = line.slice(open + 1, close < 0 ? undefined : close).trim();
  const seconds = /^ *(\d{1,15})(?: |$)/.exec(line.slice(line.lastIndexOf('>') + 1))?.[1];
  return { name: line.slice(0, open).trim(), email, time: timeIn(seconds) };
}

/** RFC 3339 has four digits for the year. */
const LAST_SECOND = 253_402_300_799;

function timeIn(seconds = '0'): string {
  const isReadable = Number(seconds) <= LAST_SECOND;
  return kubeTime(new Date(isReadable ? Number(seconds) * 1_000 : 0));
}
