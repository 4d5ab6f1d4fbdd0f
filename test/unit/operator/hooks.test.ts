import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { type Hooks, openHooks } from '../../../src/operator/hooks.ts';
import type { Push } from '../../../src/server/hooks/push.ts';
import type { Receiver } from '../../../src/server/hooks/receivers.ts';
import { eventually } from '../../support/eventually.ts';
import { half, recordingLogger, testClock } from '../kube/support/fakes.ts';
import { fixture, hexOf, KEY } from '../server/hooks/support.ts';

const HOST = '127.0.0.1';
const PUSHED = fixture('github/push');

async function takePort(): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(0, HOST);
  server.unref(); // a test that fails leaves it open
  await once(server, 'listening');
  return server;
}

async function giveBack(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('the port of webhooks', () => {
  let receivers: Map<string, Receiver>;
  let change: () => void;
  let pushes: Push[];
  let log: ReturnType<typeof recordingLogger>;
  let hooks: Hooks | undefined;

  beforeEach(() => {
    [receivers, pushes, log, hooks] = [new Map<string, Receiver>(), [], recordingLogger(), undefined];
  });
  afterEach(async () => {
    await hooks?.stop();
  });

  const open = (port = 0): void => {
    hooks = openHooks({
      listen: { host: HOST, port },
      receivers: {
        current: () => receivers,
        follow: (onChange) => {
          change = onChange;
          return Promise.resolve();
        },
      },
      refresh: (push) => pushes.push(push),
      retryMs: 20,
      ...{ clock: testClock, random: half, log },
    });
  };
  const set = (...names: readonly string[]): void => {
    receivers.clear();
    for (const name of names) receivers.set(name, { type: 'github', key: KEY });
    change();
  };
  const told = (message: string): readonly unknown[] =>
    log.lines.filter((line) => line.message === message).map(({ fields }) => fields);
  const openedAt = (times: number): Promise<number> =>
    eventually(() => {
      const opened = told('listening') as readonly { readonly port: number }[];
      expect(opened).to.have.length(times);
      return opened.at(-1)?.port ?? 0;
    });
  const isOpen = async (port: number): Promise<boolean> => {
    const socket = connect({ port, host: HOST });
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  };
  const post = async (port: number, name = 'git'): Promise<number> => {
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hexOf(PUSHED)}` };
    const body = new Uint8Array(PUSHED);
    const answer = await fetch(`http://${HOST}:${String(port)}/hook/${name}`, {
      method: 'POST',
      headers,
      body,
    });
    return answer.status;
  };

  it('is open while there is a receiver, and closed before and after', async () => {
    const server = await takePort();
    const port = portOf(server);
    await giveBack(server);
    open(port);
    change();
    expect(await isOpen(port)).to.equal(false);

    set('git');
    await openedAt(1);
    expect(await post(port)).to.equal(202);
    expect(pushes).to.have.length(1);
    set();
    await eventually(async () => {
      expect(await isOpen(port)).to.equal(false);
    });
    set('git');
    await openedAt(2);
    expect(await post(port)).to.equal(202);
  });

  it('stays open when one receiver takes the place of another, whose name is known no more', async () => {
    open();
    set('git');
    const port = await openedAt(1);

    set('other');

    expect(await post(port, 'git')).to.equal(401);
    expect(await post(port, 'other')).to.equal(202);
    expect(told('listening')).to.have.length(1);
  });

  it('is as the last of many quick changes has it', async () => {
    open();
    for (let at = 0; at < 20; at += 1) set(...(at % 2 === 0 ? ['git'] : []));
    await hooks?.stop();
    expect(told('the port of webhooks cannot be looked after')).to.deep.equal([]);

    open();
    for (let at = 0; at < 21; at += 1) set(...(at % 2 === 0 ? ['git'] : []));
    const { port } = await eventually(async () => {
      const found = told('listening').at(-1) as { readonly port: number };
      expect(await isOpen(found.port)).to.equal(true);
      return found;
    });
    expect(await post(port)).to.equal(202);
  });

  it('that is taken is told of once, and opened when it is free', async () => {
    const other = await takePort();
    const port = portOf(other);
    open(port);
    set('git');
    await eventually(() => {
      expect(told('webhooks are not listened for')).to.have.length(1);
    });
    // Several tries later nothing more was said.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const complaints = told('webhooks are not listened for') as readonly { readonly error: string }[];
    expect(complaints).to.have.length(1);
    expect(complaints[0]?.error).to.contain(
      `cannot listen on ${HOST}:${String(port)}: another process listens there; choose another address with --webhook-listen`,
    );

    await giveBack(other);

    expect(await openedAt(1)).to.equal(port);
    expect(await post(port)).to.equal(202);
  });

  it('that is taken is not tried again when there is no receiver, nor after the stop', async () => {
    for (const end of ['no receiver', 'stop']) {
      const other = await takePort();
      const port = portOf(other);
      open(port);
      set('git');
      await eventually(() => {
        expect(told('webhooks are not listened for')).to.not.deep.equal([]);
      });
      if (end === 'stop') await hooks?.stop();
      else set();
      await giveBack(other);
      await new Promise((resolve) => setTimeout(resolve, 100));

      expect(await isOpen(port), end).to.equal(false);
      expect(told('listening'), end).to.deep.equal([]);
    }
  });

  it('is closed by the stop for good', async () => {
    open();
    set('git');
    const port = await openedAt(1);
    await hooks?.stop();
    expect(await isOpen(port)).to.equal(false);

    set('git', 'other');
    await hooks?.stop();

    expect(told('listening')).to.have.length(1);
    expect(await isOpen(port)).to.equal(false);
  });

  it('is not left open by a stop that comes while it is opened', async () => {
    open();
    set('git');
    await Promise.resolve();
    await hooks?.stop();

    const [opened] = told('listening') as readonly { readonly port: number }[];
    expect(opened).to.not.equal(undefined);
    expect(await isOpen(opened?.port ?? 0)).to.equal(false);
  });
});
