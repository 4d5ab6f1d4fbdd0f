/** The way to a field, name by name; an item of a list is named by its number. */
export type Pointer = readonly string[];

/** Read by the API server (RE2) and here alike: RFC 6901, without the pointer to the whole. */
export const POINTER_FORM = '^(/([^/~]|~[01])*)+$';

/** Undefined for what is no JSON pointer to a field. */
export function pointerOf(text: string): Pointer | undefined {
  if (!new RegExp(POINTER_FORM, 'u').test(text)) return undefined;
  // In this order: `~01` is `~1` and no slash.
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function formatPointer(pointer: Pointer): string {
  return pointer.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
