import { type HttpServer, type HttpServerOptions, openHttpServer } from '../http-server.ts';
import { shownTarget } from './hook-path.ts';
import { createReceive, type ReceiveOptions } from './receive.ts';

export interface HookServerOptions
  extends ReceiveOptions, Pick<HttpServerOptions, 'listen' | 'stopGraceMs'> {}

/** The port for webhooks. It is never the one of the metrics: this one is for other networks. */
export function startHookServer(options: HookServerOptions): Promise<HttpServer> {
  const { listen, stopGraceMs } = options;
  const log = options.log.child({ server: 'webhooks' });
  return openHttpServer({
    listen,
    answer: createReceive({ ...options, log }),
    setting: '--webhook-listen',
    shown: shownTarget,
    log,
    ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
  });
}
