import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openInspector } from '../../../src/server/inspector.ts';
import { createLogger, silentLogger } from '../../../src/telemetry/logger.ts';

interface Target {
  readonly webSocketDebuggerUrl: string;
}

/** A process of its own: nothing of ours runs while the inspector closes. It ends with its session. */
const DEBUGGER = `
  const session = new WebSocket(process.argv[1]);
  session.onmessage = ({ data }) => process.stdout.write(data);
  session.onopen = () => session.send('{"id":1,"method":"Runtime.evaluate","params":{"expression":"6 * 7"}}');
`;

async function targetsAt(port: number): Promise<readonly Target[]> {
  return (await (await fetch(`http://127.0.0.1:${String(port)}/json/list`)).json()) as readonly Target[];
}

describe('the inspector', () => {
  it('opens on loopback where no host is named, and its close ends the sessions too', async () => {
    let logged = '';
    const log = createLogger({ format: 'json', level: 'info', write: (line) => (logged += line) });
    const inspector = openInspector({ listen: { port: 0 }, log });
    const [target] = await targetsAt(inspector.port);
    const debugging = spawn(process.execPath, ['-e', DEBUGGER, target?.webSocketDebuggerUrl ?? ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(debugging, 'exit');
    const [answer] = (await once(debugging.stdout, 'data')) as [Buffer];
    expect(answer.toString()).to.include('"value":42');

    inspector.close();

    expect(await ended).to.deep.equal([0, null]);
    expect(await targetsAt(inspector.port).catch((error: unknown) => error)).to.be.instanceOf(Error);
    expect(JSON.parse(logged)).to.include({
      info: 'the inspector listens',
      address: `127.0.0.1:${String(inspector.port)}`,
    });
  });

  it('warns where other machines can reach it', () => {
    let logged = '';
    const log = createLogger({ format: 'json', level: 'warn', write: (line) => (logged += line) });

    openInspector({ listen: { host: '0.0.0.0', port: 0 }, log }).close();

    expect(logged).to.include('whoever reaches it can do all that the operator can');
  });

  it('says which address it cannot have', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    try {
      expect(() => openInspector({ listen: { port }, log: silentLogger })).to.throw(
        `cannot open the inspector on 127.0.0.1:${String(port)}: choose another address with --inspect-listen`,
      );
    } finally {
      other.close();
    }
  });
});
