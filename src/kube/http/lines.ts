const NEWLINE = 0x0a;

/** An object is at most some MB in etcd; a line beyond this is not a watch event. */
const MAX_LINE_BYTES = 64_000_000;

/**
 * Cuts a byte stream into lines. Splits bytes, not text: a chunk may end in the middle of a character.
 * What `end()` returns was never finished by the sender and must not be taken for a line.
 */
export interface LineSplitter {
  push(chunk: Buffer): string[];
  end(): string;
}

export function createLineSplitter(maxLineBytes: number = MAX_LINE_BYTES): LineSplitter {
  let parts: Buffer[] = [];
  let partsBytes = 0;

  const keep = (rest: Buffer): void => {
    if (rest.length === 0) return;
    partsBytes += rest.length;
    if (partsBytes > maxLineBytes) throw new Error(`a line is longer than ${String(maxLineBytes)} bytes`);
    parts.push(rest);
  };

  const takeAll = (): string => {
    const line = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    partsBytes = 0;
    return line?.toString('utf8') ?? '';
  };

  return {
    push: (chunk) => {
      const lines: string[] = [];
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, to));
        from = to + 1;
        const line = takeAll();
        if (line !== '') lines.push(line);
      }
      keep(chunk.subarray(from));
      return lines;
    },
    end: takeAll,
  };
}
