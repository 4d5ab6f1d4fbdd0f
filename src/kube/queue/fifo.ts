/** First in, first out, at constant cost. (Array.shift() copies the rest; a Map used as a queue skips its holes.) */
export interface Fifo<T> {
  readonly size: number;
  push(item: T): void;
  shift(): T | undefined;
}

/** So many holes at the front are not worth a copy. */
const MIN_HOLES = 1024;

export function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let head = 0;

  return {
    get size() {
      return items.length - head;
    },
    push: (item) => {
      items.push(item);
    },
    shift: () => {
      if (head === items.length) return undefined;
      const item = items[head];
      head += 1;
      if (head >= MIN_HOLES && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
