import { expect } from 'chai';
import fc from 'fast-check';
import {
  createLogger,
  type Fields,
  type Level,
  type Logger,
  silentLogger,
} from '../../../src/telemetry/logger.ts';

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
const time = new Date('2026-03-01T12:00:00.123Z');

function recorder(format: 'fmt' | 'json', level: Level = 'debug'): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger({ format, level, now: () => time, write: (line) => void lines.push(line) });
  return { log, lines };
}

function json(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? '') as Record<string, unknown>;
}

describe('the logger', () => {
  it('writes logfmt with the keys of Helm Operator in their order', () => {
    const { log, lines } = recorder('fmt');

    log
      .child({ component: 'release', release: 'podinfo', targetNamespace: 'apps' })
      .child({ resource: 'apps:helmrelease/podinfo', helmVersion: 'v3' })
      .info('starting sync run', { revision: 3, forced: false });

    expect(lines).to.deep.equal([
      'ts=2026-03-01T12:00:00.123Z caller=release component=release release=podinfo targetNamespace=apps ' +
        'resource=apps:helmrelease/podinfo helmVersion=v3 info="starting sync run" revision=3 forced=false\n',
    ]);
  });

  it('names the message after its level, as scripts expect', () => {
    const { log, lines } = recorder('fmt');

    log.debug('d');
    log.info('i');
    log.warn('w');
    log.error('e');

    const keys = lines.map((line) => / (\w+)=\w\n$/.exec(line)?.[1]);
    expect(keys).to.deep.equal(['debug', 'info', 'warning', 'error']);
  });

  it('writes one JSON object a line with the same keys and the level', () => {
    const { log, lines } = recorder('json');

    log.child({ component: 'release' }).warn('helm failed', { exitCode: 1, missing: undefined });

    expect(json(lines[0])).to.deep.equal({
      level: 'warn',
      ts: '2026-03-01T12:00:00.123Z',
      caller: 'release',
      component: 'release',
      warning: 'helm failed',
      exitCode: 1,
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = recorder('fmt', 'warn');

    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');

    expect(lines).to.have.length(2);
  });

  it('writes before it returns, however many lines come at once', () => {
    const { log, lines } = recorder('fmt');

    for (let n = 0; n < 1_000; n++) log.info('line', { n });

    expect(lines).to.have.length(1_000);
    expect(lines.at(-1)).to.match(/ n=999\n$/);
  });

  it('keeps a child from changing its parent, and lets a line override what is inherited', () => {
    const { log, lines } = recorder('fmt');
    const parent = log.child({ component: 'charts', url: 'a' });

    parent.child({ url: 'b' }).info('x', { component: 'odd' });
    parent.info('y', { url: 'c' });

    expect(lines[0]).to.match(/component=charts url=b info=x component_=odd\n$/);
    expect(lines[1]).to.match(/component=charts info=y url=c\n$/);
  });

  it('never lets a field take the place of the time or the message', () => {
    const { log, lines } = recorder('json');

    log.info('true', { info: 'false', ts: 'never' });

    expect(json(lines[0])).to.include({ info: 'true', info_: 'false', ts_: 'never' });
    expect(json(lines[0])['ts']).to.equal(time.toISOString());
  });

  it('says nothing when it is silent', () => {
    expect(() => {
      silentLogger.child({ a: 1 }).error('nothing');
    }).not.to.throw();
  });

  for (const format of ['fmt', 'json'] as const) {
    it(`never writes a second line nor a character that a terminal obeys (${format})`, () => {
      const { log, lines } = recorder(format);
      const hostile = fc.string({ unit: 'binary', maxLength: 40 });

      fc.assert(
        fc.property(hostile, hostile, hostile, (message, key, value) => {
          lines.length = 0;
          log.child({ [key]: value }).info(message, { [`${key}2`]: value });
          expect(lines).to.have.length(1);
          expect(lines[0]?.slice(0, -1)).not.to.match(CONTROLS);
        }),
      );
    });
  }

  it('writes JSON from which every value comes back unchanged', () => {
    const { log, lines } = recorder('json');
    const value = 'tab\t line\n escape\u001b[31m c1\u009b direction\u202e emoji😀 "quoted" \\';

    log.info('m', { value });

    expect(json(lines[0])['value']).to.equal(value);
  });

  it('quotes in logfmt what a reader could take for something else', () => {
    const { log, lines } = recorder('fmt');
    const rows: readonly [Fields, string][] = [
      [{ a: '' }, 'a=""'],
      [{ a: 'b c' }, 'a="b c"'],
      [{ a: 'b=c' }, 'a="b=c"'],
      [{ a: 'say "hi"' }, String.raw`a="say \"hi\""`],
      [{ a: 'x\ny' }, String.raw`a="x\ny"`],
      [{ 'a b=': 'x' }, 'a_b_=x'],
      [{ a: 'plain/äöü:1' }, 'a=plain/äöü:1'],
    ];

    for (const [fields] of rows) log.info('m', fields);

    expect(lines.map((line) => line.slice(line.indexOf('info=m ') + 7, -1))).to.deep.equal(
      rows.map(([, out]) => out),
    );
  });

  it('cuts what is too long and says so', () => {
    const { log, lines } = recorder('fmt');

    log.error('x'.repeat(100_000));

    expect(lines[0]).to.have.length.below(17_000);
    expect(lines[0]).to.contain('more characters)');
  });
});
