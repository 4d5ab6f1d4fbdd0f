/** What a request to the API server is about, as the API server itself would say. */
export interface RequestInfo {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly userAgent: string;
  readonly verb: Verb;
  /** Plural name of the resource, with the subresource as `pods/log`; empty for what is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export type Verb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'other';

const WRITES: ReadonlySet<Verb> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
// Their creation asks a question and changes nothing.
const QUESTIONS = /^(self)?subject\w*reviews$|^tokenreviews$|^localsubjectaccessreviews$/;

export function requestInfo(method: string, path: string, userAgent: string): RequestInfo {
  const { pathname, searchParams } = new URL(path, 'https://api');
  const target = targetOf(pathname.split('/').filter((part) => part !== ''));
  const watches = ['true', '1'].includes(searchParams.get('watch') ?? '');
  const verb = target.resource === '' ? 'other' : verbOf(method, target.name !== '', watches);
  return { method, path, userAgent, verb, ...target };
}

/** Whether the request changes something, if it is let through. */
export function isWrite(info: RequestInfo): boolean {
  return WRITES.has(info.verb) && !QUESTIONS.test(info.resource) && !info.path.includes('dryRun=');
}

/** /api/v1/... and /apis/GROUP/VERSION/..., each with or without /namespaces/NAMESPACE. */
function targetOf(parts: readonly string[]): Pick<RequestInfo, 'resource' | 'namespace' | 'name'> {
  const [root, ...others] = parts;
  if (root !== 'api' && root !== 'apis') return { resource: '', namespace: '', name: '' };
  const rest = others.slice(root === 'api' ? 1 : 2);
  // A namespace is itself a resource: /namespaces/NAME, /namespaces/NAME/status, /namespaces/NAME/finalize.
  const inside =
    rest[0] === 'namespaces' && rest[2] !== undefined && !['status', 'finalize'].includes(rest[2]);
  const [resource = '', name = '', ...sub] = inside ? rest.slice(2) : rest;
  const namespace = inside ? (rest[1] ?? '') : '';
  return { resource: [resource, ...sub].join('/'), namespace, name };
}

function verbOf(method: string, named: boolean, watches: boolean): Verb {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watches ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return 'other';
  }
}
