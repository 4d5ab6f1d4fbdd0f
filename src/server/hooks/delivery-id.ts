import type { z } from 'zod';
import { digestOf } from './authenticate.ts';
import { MalformedError, readJson } from './parse-body.ts';
import { headerOf, type RawRequest } from './sender.ts';

export function bodyDigest({ body }: RawRequest): string {
  return digestOf(body).toString('base64');
}

/**
 * Of a sender that numbers its deliveries in a header: bodies of different pushes may be the same. Where only the body is signed, whoever
 * has recorded a delivery can give it another number, and has the repository looked at once more, which does no harm.
 */
export function numbered(
  request: RawRequest,
  headers: { readonly id: string; readonly event: string },
): string | undefined {
  const id = headerOf(request, headers.id);
  if (id === undefined) return undefined;
  return JSON.stringify([id, headerOf(request, headers.event), bodyDigest(request)]);
}

/** Of a sender whose bodies hold what no other one has, such as a number or a time: as long as they do. */
export function toldByBody(request: RawRequest, schema: z.ZodType): string | undefined {
  try {
    return schema.safeParse(readJson(request)).success ? bodyDigest(request) : undefined;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
