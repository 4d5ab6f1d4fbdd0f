import type { RequestInfo, Verb } from './request-info.ts';

/** What goes wrong. `afterBytes` counts bytes of the answer's body that still get through; without it, none do. */
export type Fault =
  /** The connection is reset, without an answer or in the middle of one. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** The request is taken and nothing (more) is ever answered. */
  | { readonly kind: 'stall'; readonly afterBytes?: number }
  /** A Status instead of the real answer; the request does not reach the API server. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterSeconds?: number }
  /** A watch answers with an ERROR event of code 410 and ends. */
  | { readonly kind: 'expire' }
  /** The request is passed on only after this time. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer ends, in good order as far as HTTP goes, after that many bytes: in the middle of a line of JSON. */
  | { readonly kind: 'truncate'; readonly afterBytes: number };

/** Which requests; every field that is there must fit. */
export interface Match {
  readonly verb?: Verb | readonly Verb[];
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: RegExp;
  readonly userAgent?: RegExp;
}

export interface FaultRule {
  readonly fault: Fault;
  readonly match?: Match;
  /** How many requests it befalls; all, until it is removed, if left out. */
  readonly times?: number;
  /** How many fitting requests pass unharmed before. */
  readonly skip?: number;
}

/** A rule at work. */
export interface InjectedFault {
  /** How many requests it befell. */
  hits(): number;
  remove(): void;
}

export function matches(info: RequestInfo, match: Match = {}): boolean {
  const { verb, resource, namespace, name, path, userAgent } = match;
  return (
    (verb === undefined || (typeof verb === 'string' ? [verb] : verb).includes(info.verb)) &&
    (resource === undefined || resource === info.resource) &&
    (namespace === undefined || namespace === info.namespace) &&
    (name === undefined || name === info.name) &&
    (path === undefined || path.test(info.path)) &&
    (userAgent === undefined || userAgent.test(info.userAgent))
  );
}

/** The rules in force; the first that fits a request befalls it. */
export class RuleBook {
  readonly #entries = new Set<{ rule: FaultRule; seen: number; hits: number }>();

  inject(rule: FaultRule): InjectedFault {
    const entry = { rule, seen: 0, hits: 0 };
    this.#entries.add(entry);
    return { hits: () => entry.hits, remove: () => void this.#entries.delete(entry) };
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The fault for this request, counted as a hit. */
  take(info: RequestInfo): Fault | undefined {
    for (const entry of this.#entries) {
      const { fault, match, times = Infinity, skip = 0 } = entry.rule;
      if (entry.hits >= times || !matches(info, match)) continue;
      entry.seen += 1;
      if (entry.seen <= skip) continue;
      entry.hits += 1;
      return fault;
    }
    return undefined;
  }
}
