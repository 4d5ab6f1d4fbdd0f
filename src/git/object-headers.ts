/** What stands before the message of a commit or a tag. */
export interface Headers {
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
const SIGNATURES = new Set(['gpgsig', 'gpgsig-sha256']);
const ID = /^[0-9a-f]{40,64}$/;

/**
 * Headers end at the first empty line; a line that begins with a space goes on with the one before. A signature is left out of what is
 * signed, and so is one by the other hash, which a converted repository may have besides.
 */
export function headersOf(raw: Buffer): Headers {
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
    if ((name === 'tree' || name === 'object') && !goesOn) isSha256 = value.length === 64;
    if (name === 'parent' && !goesOn && ID.test(value.toString('latin1')))
      parents.push(value.toString('latin1'));
    if (name === (isSha256 ? 'gpgsig-sha256' : 'gpgsig')) {
      const line = `${value.toString('latin1')}\n`;
      if (goesOn) signatures.push(`${signatures.pop() ?? ''}${line}`);
      else signatures.push(line);
    }
    if (!SIGNATURES.has(name)) kept.push(raw.subarray(at, Math.min(end + 1, raw.length)));
    if (!goesOn && !values.has(name)) values.set(name, value);
    at = end + 1;
  }
  const rest = raw.subarray(Math.min(at, raw.length));
  return { values, parents, signatures, signed: Buffer.concat([...kept, rest]), message: rest.subarray(1) };
}
