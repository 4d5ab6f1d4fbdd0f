import { headersOf } from './object-headers.ts';
import { type Person, personIn } from './person.ts';
import { armoursIn, type Signature, signatureIn } from './signature.ts';

/** What an annotated tag says of itself. Whoever pushed it wrote every word. */
export interface TagObject {
  /** The id of what it is a tag of; empty where the tag does not say. */
  readonly object: string;
  /** `commit`, or `tag` for a tag of a tag, or something else. */
  readonly type: string;
  /** The name that it was made with. The ref that it stands under may have another one. */
  readonly name: string;
  readonly tagger: Person;
  readonly signature?: Signature;
  /** What the signature is over: the tag without it. */
  readonly signed: Buffer;
}

/** Never throws. The signature ends the message, and is what follows the last line that begins one, as git reads it. */
export function parseTag(raw: Buffer): TagObject {
  const { values, signed, message } = headersOf(raw);
  const value = (name: string): string => values.get(name)?.toString('utf8') ?? '';
  // One character a byte, so that places in the text are places in the bytes.
  const text = message.toString('latin1');
  const places = armoursIn(text);
  const at = places.at(-1);
  return {
    object: value('object'),
    type: value('type'),
    name: value('tag'),
    tagger: personIn(value('tagger')),
    ...(at === undefined
      ? {}
      : { signature: places.length > 1 ? { kind: 'several' } : signatureIn(text.slice(at)) }),
    signed: at === undefined ? signed : signed.subarray(0, signed.length - (message.length - at)),
  };
}
