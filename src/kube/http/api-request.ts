/** What is done to a resource; the words of RBAC. `apply` is a patch to RBAC. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete';

export interface ApiRequest {
  readonly verb: Verb;
  /** For metrics and messages: the plural, with the subresource behind a slash. */
  readonly resource: string;
  /** For messages: `namespace/name`, or what is listed. */
  readonly subject?: string | undefined;
  /** Of the one object that it is about. */
  readonly namespace?: string | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** The user to act as, instead of whom the connection stands for. */
  readonly as?: string;
  /** It only tells something, and must not be in the way of what does something: one at a time in its namespace. */
  readonly yields?: boolean;
}

const METHODS: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  apply: 'PATCH',
  delete: 'DELETE',
};

export function methodOf(request: ApiRequest): string {
  return METHODS[request.verb];
}

/** Reading changes nothing, so it can be repeated whatever happened to the first try. */
export function isReading(request: ApiRequest): boolean {
  return METHODS[request.verb] === 'GET';
}

export function pathOf(request: ApiRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.size === 0 ? request.path : `${request.path}?${query.toString()}`;
}

/** "cannot patch helmreleases/status of web/shop". */
export function failureOf(request: ApiRequest): string {
  const what = request.subject ? `${request.resource} ${request.subject}` : request.resource;
  return `cannot ${request.verb} ${what}`;
}
