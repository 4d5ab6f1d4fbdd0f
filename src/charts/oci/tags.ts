import { ChartUnavailableError } from '../../api/errors.ts';
import { refusalOf } from '../http/refusal.ts';
import type { Registry, RegistryAccess } from './registry.ts';

const PAGE_BYTES = 5_000_000;
const MAX_PAGES = 200;
const MAX_TAGS = 100_000;

/** All tags of a repository, page by page. */
export async function listTags(
  registry: Registry,
  access: RegistryAccess,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { shown } = access.reference;
  const subject = `the list of tags of ${shown}`;
  const tags: string[] = [];
  let path: string | undefined = 'tags/list?n=1000';
  for (let page = 0; path !== undefined; page += 1) {
    if (page === MAX_PAGES || tags.length > MAX_TAGS)
      throw new ChartUnavailableError(`${subject} has no end`);
    const { status, headers, body } = await registry.read(access, { path, maxBytes: PAGE_BYTES, signal });
    if (status !== 200) throw refusalOf(subject, { status, authorized: access.credentials !== undefined });

    tags.push(...readPage(body, subject));
    path = nextPage(access, headers['link']);
  }
  return tags;
}

function readPage(body: Buffer, subject: string): readonly string[] {
  try {
    const { tags } = JSON.parse(body.toString('utf8')) as { tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
  } catch {
    throw new ChartUnavailableError(`${subject} could not be read: it is not JSON`);
  }
}

/** Only the query counts: the next page of this list is never anywhere else. */
function nextPage({ reference }: RegistryAccess, link: string | string[] | undefined): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec([link ?? ''].flat().join(','))?.[1];
  const base = `https://${reference.host}/v2/${reference.name}/tags/list`;
  if (target === undefined || !URL.canParse(target, base)) return undefined;
  return `tags/list${new URL(target, base).search}`;
}
