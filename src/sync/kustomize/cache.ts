/** What kustomize made of a closure; the bytes are nobody's to change. */
export type Rendered =
  { readonly kind: 'ok'; readonly bytes: Buffer } | { readonly kind: 'failed'; readonly why: string };

/** Results by digest, those used last, as many as fit into `maxBytes`. */
export class RenderCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Rendered>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(digest: string): Rendered | undefined {
    const found = this.#entries.get(digest);
    if (found === undefined) return undefined;
    this.#entries.delete(digest);
    this.#entries.set(digest, found);
    return found;
  }

  put(digest: string, rendered: Rendered): void {
    this.#remove(digest);
    if (sizeOf(rendered) > this.#maxBytes) return;
    this.#entries.set(digest, rendered);
    this.#bytes += sizeOf(rendered);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(digest: string): void {
    const found = this.#entries.get(digest);
    if (found === undefined) return;
    this.#entries.delete(digest);
    this.#bytes -= sizeOf(found);
  }
}

const OVERHEAD = 500;

function sizeOf(rendered: Rendered): number {
  return OVERHEAD + (rendered.kind === 'ok' ? rendered.bytes.length : rendered.why.length * 2);
}
