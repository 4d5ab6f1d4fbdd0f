import { redactText } from '../telemetry/redact.ts';
import { jsonAnswer, textAnswer } from './answer.ts';
import { RELAYED } from './relay.ts';
import type { Route } from './router.ts';

/** One thing that the operator cannot do its work without: informers synced, API server reachable, helm found. */
export interface ReadinessPart {
  readonly name: string;
  readonly ready: boolean;
  readonly why?: string;
}

export interface OperatorRoutes {
  readonly metrics: { readonly exposition: () => AsyncIterable<string>; readonly contentType: string };
  /** Why the process gets no work done; undefined if it does. A restart must help, so no lost dependency counts. */
  readonly liveness: () => string | undefined;
  readonly readiness: () => readonly ReadinessPart[];
  /** Starts a fetch of every Git chart source and returns at once. Another replica may have passed the wish on. */
  readonly syncGit: (isRelayed: boolean) => void;
}

const NO_PROFILER =
  'there is no profiler on this port: start the operator with --inspect-listen=127.0.0.1:9229 and open chrome://inspect\n';

/** The endpoints of Helm Operator 1.4.4 and /readyz. Nothing here is a secret, and nothing here asks who one is. */
export function operatorRoutes({ metrics, liveness, readiness, syncGit }: OperatorRoutes): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      answer: () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: metrics.exposition(),
      }),
    },
    {
      method: 'GET',
      path: '/healthz',
      answer: () => {
        const why = liveness();
        return why === undefined ? textAnswer(200, 'OK') : textAnswer(503, `${redactText(why)}\n`);
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      answer: () => {
        const parts = readiness().map(({ why, ...part }) =>
          why === undefined ? part : { ...part, why: redactText(why) },
        );
        const ready = parts.every((part) => part.ready);
        return jsonAnswer(ready ? 200 : 503, { ready, parts });
      },
    },
    { method: 'GET', path: '/debug/pprof', below: true, answer: () => textAnswer(404, NO_PROFILER) },
    {
      method: 'POST',
      path: '/api/v1/sync-git',
      answer: (headers) => {
        syncGit(RELAYED in headers);
        return textAnswer(200, 'OK');
      },
    },
  ];
}
