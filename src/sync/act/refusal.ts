/** What the API server meant by refusing an object, or by not being able to try it. */
export type Refusal =
  /** Of the object itself: another content is needed. One finding for each field. */
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'forbidden';
      readonly user: string;
      readonly verb: string;
      readonly resource: string;
      readonly group: string;
      /** The empty string for the whole cluster. */
      readonly namespace: string;
    }
  /** The account would give others rights that it does not have itself. */
  | { readonly kind: 'escalation'; readonly said: string }
  | { readonly kind: 'no-namespace'; readonly namespace: string }
  | { readonly kind: 'namespace-goes'; readonly namespace: string }
  /** It needs another object, which is not there. */
  | { readonly kind: 'depends'; readonly on: Needed; readonly said: string }
  /** A webhook that has a say in it does not take part in dry runs. */
  | { readonly kind: 'untestable'; readonly said: string }
  /** A webhook of the cluster said no, or could not be asked. */
  | { readonly kind: 'webhook'; readonly said: string }
  | { readonly kind: 'no-kind' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'other'; readonly said: string; readonly reason: string };

export interface Finding {
  /** `spec.selector`; undefined if the server did not tell one. */
  readonly field: string | undefined;
  /** `unknown`: the kind has no such field. `immutable`: it cannot be changed any more. */
  readonly what: 'unknown' | 'immutable' | 'wrong';
  /** In the server's own words, which may quote the value. */
  readonly said: string;
}

export interface Needed {
  readonly group: string;
  readonly plural: string;
  /** Undefined if the server did not tell: then it is that of the object itself, or none. */
  readonly namespace?: string;
  readonly name: string;
}
