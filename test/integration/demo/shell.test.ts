import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createScreen } from '../../../hack/demo/screen.ts';
import { end, Shell } from '../../../hack/demo/shell.ts';
import { eventually } from '../../support/eventually.ts';
import { rejection } from './rejection.ts';

describe('the shell of the demo', () => {
  let dir: string;
  let seen: string;
  let stop: AbortController;
  let shell: Shell;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-shell-'));
    seen = '';
    stop = new AbortController();
    const output = { write: (text: string) => (seen += text) !== '' };
    const env = { PATH: process.env['PATH'] ?? '' };
    shell = new Shell({ cwd: dir, env, screen: createScreen(output, {}), signal: stop.signal });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('shows a command and what it says on both outputs', async () => {
    const stdout = await shell.show('echo out; echo err >&2');

    expect(seen).to.equal('$ echo out; echo err >&2\nout\nerr\n');
    expect(stdout).to.equal('out\n');
  });

  it('keeps folder and variables from one command to the next, as a terminal does', async () => {
    shell.export({ DEMO: dir });
    shell.export({ MORE: '$DEMO/more' });
    await shell.ask('mkdir $MORE');
    shell.cd('$DEMO/more');

    expect(await shell.ask('pwd; echo $MORE')).to.equal(`${dir}/more\n${dir}/more\n`);
    expect(seen).to.equal(`$ export DEMO=${dir}\n$ export MORE=$DEMO/more\n$ cd $DEMO/more\n`);
  });

  it('fails the step when the command fails', async () => {
    const shown = await rejection(shell.show('echo no; exit 3'));
    const asked = await rejection(shell.ask('echo because >&2; exit 1'));

    expect(shown.message).to.equal('"echo no; exit 3" ended with exit code 3');
    expect(asked.message).to.equal('"echo because >&2; exit 1" failed: because');
  });

  it('ends a command and its children when the person wants to stop', async () => {
    const reason = new Error('Ctrl-C');
    const running = rejection(shell.ask('sleep 600 & echo $! > child; wait'));
    const pid = await eventually(async () => firstLine(await readFile(join(dir, 'child'), 'utf8')));

    stop.abort(reason);

    expect(await running).to.equal(reason);
    await eventually(() => expect(() => process.kill(Number(pid), 0)).to.throw('ESRCH'));
  });

  it('ends a command in the background that does not want to go', async () => {
    const child = shell.spawn('trap "" TERM; echo on; while :; do sleep 1; done');
    await new Promise((resolve) => child.stdout?.once('data', resolve));

    await end(child, 50);

    expect(child.signalCode).to.equal('SIGKILL');
  });
});

function firstLine(text: string): string {
  if (!text.endsWith('\n')) throw new Error('nothing was written yet');
  return text.trim();
}
