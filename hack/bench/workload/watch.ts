import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { ApiAddress, ApiClient } from '../../testenv/control-plane/api-client.ts';
import { type Seen, seenOf, type Watched } from './seen.ts';

/** Whether an object is as a phase wants it; undefined for one that is gone. */
export type Wish = (seen: Seen | undefined, name: string) => boolean;

export interface Watch extends Disposable {
  readonly get: (name: string) => Seen | undefined;
  /** Waits until all are as wished, once each. Gives the moments when they were, on performance.now(). */
  readonly until: (
    names: readonly string[],
    wish: Wish,
    timeoutMs: number,
  ) => Promise<ReadonlyMap<string, number>>;
}

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Watched[];
}

const PAGE = 500;

/** Follows all objects of a collection; `client` lists them, and the watch has a connection of its own. */
export async function startWatch(address: ApiAddress, client: ApiClient, path: string): Promise<Watch> {
  const objects = new Map<string, Seen>();
  const waiting = new Set<Waiter>();
  const agent = new Agent({ keepAlive: true, ca: address.caPem });
  const stopped = new AbortController();

  const set = (name: string, seen: Seen | undefined): void => {
    if (seen === undefined) objects.delete(name);
    else objects.set(name, seen);
    for (const { look } of waiting) look(name);
  };
  const list = async (): Promise<string> => {
    const gone = new Set(objects.keys());
    let page = '';
    for (;;) {
      const url = `${path}?limit=${String(PAGE)}&continue=${encodeURIComponent(page)}`;
      const { metadata, items } = (await client.send('GET', url)).json() as List;
      for (const item of items) {
        gone.delete(item.metadata.name);
        set(item.metadata.name, seenOf(item));
      }
      page = metadata.continue ?? '';
      if (page !== '') continue;
      for (const name of gone) set(name, undefined);
      return metadata.resourceVersion;
    }
  };
  /** Ends when the server ends it. */
  const follow = async (version: string): Promise<void> => {
    const url = `${address.url}${path}?watch=1&resourceVersion=${version}&timeoutSeconds=3600`;
    const headers = { authorization: `Bearer ${address.token}`, 'user-agent': 'testenv' };
    const outgoing = request(url, { agent, headers, signal: stopped.signal }).end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    for await (const line of createInterface({ input: answer })) {
      const { type, object } = JSON.parse(line) as { type: string; object: Watched };
      if (type === 'ERROR') return;
      set(object.metadata.name, type === 'DELETED' ? undefined : seenOf(object));
    }
  };

  const first = await list();
  const run = async (): Promise<void> => {
    for (let version = first; !stopped.signal.aborted; version = await list()) await follow(version);
  };
  const ended = run().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return {
    get: (name) => objects.get(name),
    until: (names, wish, timeoutMs) =>
      Promise.race([untilAll(objects, waiting, { names, wish, timeoutMs }), failing(ended)]),
    [Symbol.dispose]: () => {
      stopped.abort();
      for (const { end } of waiting) end();
      agent.destroy();
    },
  };
}

/** Never comes to an end but by a failure. */
async function failing(ended: Promise<void>): Promise<never> {
  await ended;
  return await new Promise<never>(() => undefined);
}

/** Somebody who waits for objects. */
interface Waiter {
  readonly look: (name: string) => void;
  readonly end: () => void;
}

function untilAll(
  objects: ReadonlyMap<string, Seen>,
  waiting: Set<Waiter>,
  { names, wish, timeoutMs }: { names: readonly string[]; wish: Wish; timeoutMs: number },
): Promise<ReadonlyMap<string, number>> {
  const left = new Set(names);
  const moments = new Map<string, number>();
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      look: (name) => {
        if (!left.has(name) || !wish(objects.get(name), name)) return;
        left.delete(name);
        moments.set(name, performance.now());
        finish();
      },
      end: () => {
        waiting.delete(waiter);
        clearTimeout(timer);
      },
    };
    const finish = (): void => {
      if (left.size > 0) return;
      waiter.end();
      resolve(moments);
    };
    const timer = setTimeout(() => {
      waiter.end();
      const show = (name: string): string => `${name} ${JSON.stringify(objects.get(name))}`;
      const some = [...left].slice(0, 3).map(show).join(', ');
      reject(new Error(`${String(left.size)} of ${String(names.length)} did not get there in time: ${some}`));
    }, timeoutMs);
    waiting.add(waiter);
    for (const name of names) waiter.look(name);
    finish();
  });
}
