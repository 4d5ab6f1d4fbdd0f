/** What is made of documents, for all that work with them at the same time; forgotten when the last one is done. */
export interface SharedContent {
  readonly contentOf: (object: object, key: string, make: () => Buffer) => Buffer;
  readonly parsed: <T>(content: Buffer, parse: (content: Buffer) => T) => T;
}

export function createSharedContent(): SharedContent {
  const contents = new WeakMap<object, Map<string, WeakRef<Buffer>>>();
  const results = new WeakMap<Buffer, unknown>();
  return {
    contentOf: (object, key, make) => {
      const known = contents.get(object) ?? new Map<string, WeakRef<Buffer>>();
      const content = known.get(key)?.deref() ?? make();
      contents.set(object, known.set(key, new WeakRef(content)));
      return content;
    },
    parsed: <T>(content: Buffer, parse: (content: Buffer) => T): T => {
      const known = results.get(content) as T | undefined;
      if (known !== undefined) return known;
      const result = parse(content);
      results.set(content, result);
      return result;
    },
  };
}
