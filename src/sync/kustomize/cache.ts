import { createSizedMemo, type SizedMemo } from '../../process/sized-memo.ts';

/** What kustomize made of a closure; the bytes are nobody's to change. */
export type Rendered =
  { readonly kind: 'ok'; readonly bytes: Buffer } | { readonly kind: 'failed'; readonly why: string };

/** Results by digest. */
export type RenderCache = SizedMemo<Rendered>;

const OVERHEAD = 500;

export function createRenderCache(maxBytes: number): RenderCache {
  return createSizedMemo(maxBytes, bytesOf);
}

function bytesOf(rendered: Rendered): number {
  return OVERHEAD + (rendered.kind === 'ok' ? rendered.bytes.length : rendered.why.length * 2);
}
