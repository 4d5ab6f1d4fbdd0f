import { headersOf } from './object-headers.ts';
import { type Person, personIn } from './person.ts';
import { type Signature, signatureIn } from './signature.ts';

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

const LONGEST_LABEL = 40;

/** Never throws: whatever is not there, or is not readable, is left empty. */
export function parseCommit(raw: Buffer): CommitObject {
  const { values, parents, signatures, signed, message } = headersOf(raw);
  const decode = decoderOf(values.get('encoding'));
  const person = (name: string): Person => personIn(decode(values.get(name) ?? Buffer.alloc(0)));
  const [text] = signatures;
  return {
    author: person('author'),
    committer: person('committer'),
    subject: subjectOf(decode(message)),
    parents,
    ...(text === undefined
      ? {}
      : { signature: signatures.length > 1 ? { kind: 'several' } : signatureIn(text) }),
    signed,
  };
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

function subjectOf(message: string): string {
  const lines = message.split('\n').map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) return '';
  const end = lines.indexOf('', first);
  return lines.slice(first, end < 0 ? undefined : end).join(' ');
}
