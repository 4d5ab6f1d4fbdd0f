import { thing, type Thing } from './fakes.ts';

type HistoryEvent =
  | { readonly kind: 'changed'; readonly object: Thing; readonly revision: number }
  | { readonly kind: 'deleted'; readonly object: Thing; readonly revision: number };

/** An API server in 40 lines: one revision for all, and a history of what happened. */
export class ModelServer {
  readonly objects = new Map<string, Thing>();
  readonly history: HistoryEvent[] = [];
  revision = 100;
  #uids = 0;

  /** Creates or updates, and returns what the server answers. */
  write(name: string, color: string): Thing {
    this.revision += 1;
    const uid = this.objects.get(name)?.metadata.uid ?? `uid-${String((this.#uids += 1))}`;
    const object = thing(name, this.revision, { uid, color });
    this.objects.set(name, object);
    this.history.push({ kind: 'changed', object, revision: this.revision });
    return object;
  }

  delete(name: string): void {
    const last = this.objects.get(name);
    if (last === undefined) return;
    this.revision += 1;
    this.objects.delete(name);
    const object = thing(name, this.revision, { uid: last.metadata.uid ?? '', color: last.color ?? '' });
    this.history.push({ kind: 'deleted', object, revision: this.revision });
  }

  list(): { readonly items: readonly Thing[]; readonly revision: number } {
    return { items: [...this.objects.values()], revision: this.revision };
  }

  /** The first event after a revision. */
  after(revision: number): HistoryEvent | undefined {
    return this.history.find((event) => event.revision > revision);
  }
}
