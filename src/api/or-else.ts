/** In this API an empty string has always meant an absent one. */
export function orElse<T>(given: string | undefined, otherwise: T): string | T {
  return given === undefined || given === '' ? otherwise : given;
}
