import { once } from 'node:events';

/** How many objects of each class there are, and their size together. */
export type HeapClasses = ReadonlyMap<string, { readonly count: number; readonly bytes: number }>;

/** The debugger's end of an operator that was started with --inspect-listen. */
export interface HeapProbe extends Disposable {
  /** Bytes in use after everything that nobody holds was collected. */
  readonly used: () => Promise<number>;
  readonly snapshot: () => Promise<HeapClasses>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly chunk?: string };
  readonly result?: Readonly<Record<string, unknown>>;
}

export async function openHeapProbe(port: number): Promise<HeapProbe> {
  const targets = (await (await fetch(`http://127.0.0.1:${String(port)}/json/list`)).json()) as readonly {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  const answers = new Map<number, (result: Readonly<Record<string, unknown>>) => void>();
  let chunks: string[] = [];
  let calls = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result = {} } = JSON.parse(String(data)) as Message;
    if (method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(params?.chunk ?? '');
    if (id === undefined) return;
    answers.get(id)?.(result);
    answers.delete(id);
  });
  const call = (method: string): Promise<Readonly<Record<string, unknown>>> =>
    new Promise((resolve) => {
      calls += 1;
      answers.set(calls, resolve);
      socket.send(JSON.stringify({ id: calls, method }));
    });
  return {
    used: async () => {
      await call('HeapProfiler.collectGarbage');
      return Number((await call('Runtime.getHeapUsage'))['usedSize']);
    },
    snapshot: async () => {
      chunks = [];
      await call('HeapProfiler.takeHeapSnapshot');
      const classes = classesIn(chunks.join(''));
      chunks = [];
      return classes;
    },
    [Symbol.dispose]: () => {
      socket.close();
    },
  };
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (readonly string[])[];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Strings, code and the like by their type; objects by their class. */
export function classesIn(text: string): HeapClasses {
  const { snapshot, nodes, strings } = JSON.parse(text) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const classes = new Map<string, { count: number; bytes: number }>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const field = (offset = 0): number => nodes[at + offset] ?? 0;
    const kind = types[0]?.[field(type)] ?? '';
    const label = kind === 'object' ? (strings[field(name)] ?? '') : `(${kind})`;
    const known = classes.get(label) ?? { count: 0, bytes: 0 };
    known.count += 1;
    known.bytes += field(size);
    classes.set(label, known);
  }
  return classes;
}

/** The classes that have grown most between two snapshots, the largest growth first. */
export function growthOf(
  before: HeapClasses,
  after: HeapClasses,
  most: number,
): readonly (readonly [name: string, bytes: number, count: number])[] {
  return [...after]
    .map(([name, { bytes, count }]) => {
      const then = before.get(name) ?? { bytes: 0, count: 0 };
      return [name, bytes - then.bytes, count - then.count] as const;
    })
    .filter(([, bytes]) => bytes > 0)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most);
}
