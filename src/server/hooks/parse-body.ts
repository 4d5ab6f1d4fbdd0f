import { z } from 'zod';
import { headerOf, type RawRequest } from './sender.ts';

/** What a delivery lacks, as a sentence that shows nothing of its content. */
export class MalformedError extends Error {}

/** The JSON of a delivery, which some senders put into a form when they are told to, or unless they are told not to. */
export function readJson(request: RawRequest): unknown {
  const text = request.body.toString();
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headerOf(request, 'content-type') ?? '');
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  if (json === null) throw new MalformedError('the form has no field payload');
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new MalformedError('the body is not JSON');
  }
}

/** Takes out of a body what the schema names and nothing else. */
export function take<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new MalformedError(
    where === '' ? 'the body has not the form of this sender' : `${where} is missing or of another type`,
  );
}

const MAX_ADDRESS_LENGTH = 2_048;

/** An address or part of one. */
export const address = z.string().min(1).max(MAX_ADDRESS_LENGTH);

/** What is there of some addresses of one thing; there must be one. */
export function addressesOf(what: string, found: readonly (string | null | undefined)[]): readonly string[] {
  const there = new Set(found.filter((text) => text !== undefined && text !== null));
  if (there.size === 0) throw new MalformedError(`the body names no address of the ${what}`);
  return [...there];
}
