import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Answer, textAnswer } from './answer.ts';

export interface Route {
  /** HEAD is answered by GET. */
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether it stands for every path below its own too. */
  readonly below?: boolean;
  readonly answer: (headers: IncomingHttpHeaders) => Answer;
}

/** What a server answers that has these routes. */
export function routed(routes: readonly Route[]): (request: IncomingMessage) => Answer {
  return ({ method, url, headers }) => route(routes, method ?? '', url ?? '', headers);
}

/** Finds the route of a request, or the answer that says why there is none. */
export function route(
  routes: readonly Route[],
  method: string,
  target: string,
  headers: IncomingHttpHeaders = {},
): Answer {
  const path = pathOf(target);
  if (path === undefined) return textAnswer(400, 'the request target is not a path\n');

  const here = routes.filter((candidate) => standsFor(candidate, path));
  if (here.length === 0) return textAnswer(404, 'not found\n');

  const found = here.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (found) return found.answer(headers);

  const allow = here.flatMap((candidate) =>
    candidate.method === 'GET' ? ['GET', 'HEAD'] : [candidate.method],
  );
  return textAnswer(405, 'method not allowed\n', { allow: allow.join(', ') });
}

function standsFor({ path: own, below = false }: Route, path: string): boolean {
  return path === own || (below && path.startsWith(`${own}/`));
}

function pathOf(target: string): string | undefined {
  return target.startsWith('/') ? target.split(/[?#]/, 1)[0] : undefined;
}
