import inspector from 'node:inspector';
import type { Logger } from '../telemetry/logger.ts';

export interface InspectorOptions {
  /** Loopback if there is no host; any free port if it is 0. */
  readonly listen: { readonly host?: string; readonly port: number };
  readonly log: Logger;
}

export interface Inspector {
  readonly port: number;
  /** Nothing else runs until every debugger has let go, so this comes last; left open it would keep the process too. */
  close(): void;
}

const LOOPBACK = '127.0.0.1';
const LOOPBACKS = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/i;

/** Opens Node's own debugger and profiler. Whoever reaches it can run anything as the operator. */
export function openInspector({ listen: { host = LOOPBACK, port }, log }: InspectorOptions): Inspector {
  inspector.open(port, host);
  const url = inspector.url();
  // It tells nobody but standard error why.
  if (url === undefined) {
    throw new Error(
      `cannot open the inspector on ${host}:${String(port)}: choose another address with --inspect-listen`,
    );
  }
  const bound = Number(new URL(url).port);
  if (!LOOPBACKS.test(host)) {
    log.warn('the inspector is open to other machines: whoever reaches it can do all that the operator can', {
      address: `${host}:${String(bound)}`,
    });
  }
  log.info('the inspector listens', { address: `${host}:${String(bound)}` });
  return {
    port: bound,
    close: () => {
      inspector.close();
    },
  };
}
