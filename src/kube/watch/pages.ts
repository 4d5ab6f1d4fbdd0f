import { isGone } from '../errors.ts';
import type { ApiRequest } from '../http/api-request.ts';
import type { KubeObject } from '../resource-type.ts';
import type { Transport } from '../transport.ts';

export interface Page<T extends KubeObject> {
  readonly items: T[];
  /** Of the whole list: all its pages show the same moment. */
  readonly resourceVersion: string;
  /** A new list begins here. If it is not the first page, the pages before it belong to a list that expired. */
  readonly first: boolean;
}

interface WireList<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: T[] | null;
}

/** A list that takes longer than etcd keeps its revision would begin anew for ever. */
const MAX_RESTARTS = 5;

/** Reads a collection page by page, so that neither end ever holds all of it at once. */
export async function* listPages<T extends KubeObject>(
  transport: Transport,
  request: ApiRequest,
  pageSize: number,
  signal: AbortSignal,
): AsyncGenerator<Page<T>> {
  let token: string | undefined;
  let restarts = 0;
  for (;;) {
    const query = { ...request.query, limit: String(pageSize), continue: token };
    let list: WireList<T>;
    try {
      list = (await transport.request({ ...request, query }, signal)) as WireList<T>;
    } catch (caught) {
      if (token === undefined || !isGone(caught) || restarts >= MAX_RESTARTS) throw caught;
      token = undefined;
      restarts += 1;
      continue;
    }
    yield {
      items: list.items ?? [],
      resourceVersion: list.metadata?.resourceVersion ?? '',
      first: token === undefined,
    };
    token = list.metadata?.continue || undefined;
    if (token === undefined) return;
  }
}
