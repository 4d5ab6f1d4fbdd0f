import type { Fault } from '../document.ts';

/** What Git holds is not built: which file and field, and why. Thrown before kustomize runs. */
export class RefusedError extends Error {
  readonly place: Omit<Fault, 'why'>;

  constructor(why: string, place: Omit<Fault, 'why'> = {}) {
    super(why);
    this.name = 'RefusedError';
    this.place = place;
  }

  get fault(): Fault {
    return { ...this.place, why: this.message };
  }
}

/** Says of every refusal in `work` in which file it is. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (caught) {
    if (!(caught instanceof RefusedError)) throw caught;
    throw new RefusedError(caught.message, { file, ...caught.place });
  }
}
