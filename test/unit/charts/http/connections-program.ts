/** Run by connections.test.ts as a process of its own: what Node trusts is read once, when it starts. */
import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createConnections } from '../../../../src/charts/http/connections.ts';
import { createAddressCheck } from '../../../../src/net/addresses.ts';
import { createHostLookup } from '../../../../src/net/lookup.ts';
import { systemClock } from '../../../../src/telemetry/clock.ts';

const { CA: ca = '', URLS = '' } = process.env;
const connections = createConnections({
  ...{ lookup: createHostLookup({ clock: systemClock }), check: createAddressCheck(), proxyEnv: {}, ca: [] },
});

async function ask(url: URL): Promise<string> {
  const asked = request(url, { agent: connections.agentFor(url, { ca }) }).end();
  try {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return String(answer.statusCode);
  } catch (caught) {
    return (caught as { code: string }).code;
  }
}

const answers: string[] = [];
for (const url of URLS.split(' ')) answers.push(await ask(new URL(url)));

const before = process.memoryUsage().rss;
for (let at = 0; at < 100; at += 1) {
  connections.agentFor(new URL('https://charts.example.com'), { ca: ca + '\n'.repeat(at) });
}
const megabytes = (process.memoryUsage().rss - before) / 1e6;
connections.close();
process.stdout.write(JSON.stringify({ answers, megabytes }));
