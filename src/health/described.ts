/** What an object says of itself in a manifest. */
export interface Described {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}
