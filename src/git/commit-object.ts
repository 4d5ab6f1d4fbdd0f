import { kubeTime } from '../api/time.ts';

/** What a commit says of itself. Whoever pushed it wrote every word: texts may hold anything, control characters too. */
export interface CommitObject {
  readonly author: Person;
  readonly committer: Person;
  /** The first paragraph of the message, on one line. */
  readonly subject: string;
  readonly parents: readonly string[];
  readonly signature?: Signature;
  /** What the signature is over: the commit without it. */
  readonly signed: Buffer;
}

export interface Person {
  /** Empty, as the address, where the commit does not say. */
  readonly name: string;
  readonly email: string;
  /** RFC 3339, UTC. Where it cannot be read it is the beginning of 1970, which is also what git shows. */
  readonly time: string;
}

export interface Signature {
  readonly kind: 'openpgp' | 'ssh' | 'x509';
  /** With its armour. */
  readonly text: string;
}

interface Headers {
  /** The first of each name, as git takes them. */
  readonly values: ReadonlyMap<string, Buffer>;
  readonly parents: readonly string[];
  readonly signatures: readonly string[];
  readonly signed: Buffer;
  readonly message: Buffer;
}

const LINE_FEED = 10;
const SPACE = 32;
const LONGEST_LABEL = 40;
const ID = /^[0-9a-f]{40,64}$/;

/** Never throws: whatever is not there, or is not readable, is left empty. */
export function parseCommit(raw: Buffer): CommitObject {
  const { values, parents, signatures, signed, message } = headersOf(raw);
  const decode = decoderOf(values.get('encoding'));
  const person = (name: string): Person => personIn(decode(values.get(name) ?? Buffer.alloc(0)));
  // Nobody signs twice, and which of two counts is not for us to choose.
  const signature = signatures.length === 1 ? signatureIn(signatures[0] ?? '') : undefined;
  return {
    author: person('author'),
    committer: person('committer'),
    subject: subjectOf(decode(message)),
    parents,
    ...(signature === undefined ? {} : { signature }),
    signed,
  };
}

/**
 * Headers end at the first empty line; a line that begins with a space goes on with the one before. A signature is left out of what is
 * signed, and so is one by the other hash, which a converted repository may have besides.
 */
function headersOf(raw: Buffer): Headers {
  const values = new Map<string, Buffer>();
  const parents: string[] = [];
  const signatures: string[] = [];
  const kept: Buffer[] = [];
  let name = '';
  let at = 0;
  let isSha256 = false;
  while (at < raw.length && raw[at] !== LINE_FEED) {
    const feed = raw.indexOf(LINE_FEED, at);
    const end = feed < 0 ? raw.length : feed;
    const goesOn = raw[at] === SPACE;
    if (!goesOn) name = raw.toString('latin1', at, Math.min(end, at + LONGEST_LABEL)).split(' ', 1)[0] ?? '';
    const value = raw.subarray(goesOn ? at + 1 : Math.min(at + name.length + 1, end), end);
    if (name === 'tree' && !goesOn) isSha256 = value.length === 64;
    if (name === 'parent' && !goesOn && ID.test(value.toString('latin1')))
      parents.push(value.toString('latin1'));
    if (name === (isSha256 ? 'gpgsig-sha256' : 'gpgsig')) {
      const line = `${value.toString('latin1')}\n`;
      if (goesOn) signatures.push(`${signatures.pop() ?? ''}${line}`);
      else signatures.push(line);
    }
    if (!name.startsWith('gpgsig')) kept.push(raw.subarray(at, Math.min(end + 1, raw.length)));
    if (!goesOn && !values.has(name)) values.set(name, value);
    at = end + 1;
  }
  const rest = raw.subarray(Math.min(at, raw.length));
  return { values, parents, signatures, signed: Buffer.concat([...kept, rest]), message: rest.subarray(1) };
}

function decoderOf(label: Buffer | undefined): (bytes: Buffer) => string {
  const name = label?.toString('latin1', 0, LONGEST_LABEL) ?? 'utf-8';
  try {
    const decoder = new TextDecoder(name);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return (bytes) => bytes.toString('utf8');
  }
}

function personIn(line: string): Person {
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

function subjectOf(message: string): string {
  const lines = message.split('\n').map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) return '';
  const end = lines.indexOf('', first);
  return lines.slice(first, end < 0 ? undefined : end).join(' ');
}

const ARMOURS = [
  ['-----BEGIN PGP SIGNATURE-----', 'openpgp'],
  ['-----BEGIN PGP MESSAGE-----', 'openpgp'],
  ['-----BEGIN SSH SIGNATURE-----', 'ssh'],
  ['-----BEGIN SIGNED MESSAGE-----', 'x509'],
] as const;

function signatureIn(text: string): Signature | undefined {
  const kind = ARMOURS.find(([begin]) => text.startsWith(begin))?.[1];
  return kind === undefined ? undefined : { kind, text };
}
