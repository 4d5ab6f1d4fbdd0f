import { expect } from 'chai';
import { RuleBook } from '../../../hack/testenv/faults/fault.ts';
import { requestInfo } from '../../../hack/testenv/faults/request-info.ts';

const GET = requestInfo('GET', '/api/v1/namespaces/a/secrets/b', 'helm/4');
const WATCH = requestInfo('GET', '/api/v1/secrets?watch=1', 'operator/1');
const RESET = { kind: 'reset' } as const;
const STALL = { kind: 'stall' } as const;

describe('the rules of a fault proxy', () => {
  it('befall every fitting request until they are removed', () => {
    const rules = new RuleBook();
    const injected = rules.inject({ fault: RESET });

    expect([rules.take(GET), rules.take(GET)]).to.eql([RESET, RESET]);
    injected.remove();
    expect(rules.take(GET)).to.equal(undefined);
    expect(injected.hits()).to.equal(2);
  });

  it('befall as many requests as they say, after those they let pass', () => {
    const rules = new RuleBook();
    rules.inject({ fault: RESET, skip: 1, times: 2 });

    const taken = [GET, GET, GET, GET].map((info) => rules.take(info));

    expect(taken).to.eql([undefined, RESET, RESET, undefined]);
  });

  it('take turns: the next one acts when the first is used up', () => {
    const rules = new RuleBook();
    rules.inject({ fault: RESET, times: 1 });
    rules.inject({ fault: STALL });

    expect([rules.take(GET), rules.take(GET)]).to.eql([RESET, STALL]);
  });

  const fitting = [
    { verb: 'get' },
    { verb: ['list', 'get'] },
    { resource: 'secrets' },
    { namespace: 'a', name: 'b' },
    { path: /secrets\/b$/ },
    { userAgent: /^helm/ },
  ] as const;
  for (const match of fitting) {
    it(`tell requests apart by ${Object.keys(match).join(' and ')}`, () => {
      const rules = new RuleBook();
      rules.inject({ fault: RESET, match });

      expect(rules.take(GET)).to.equal(RESET);
    });
  }

  for (const match of [
    { verb: 'watch' },
    { resource: 'pods' },
    { namespace: 'b' },
    { userAgent: /operator/ },
  ] as const) {
    it(`spare a request that does not fit ${JSON.stringify(Object.keys(match))}`, () => {
      const rules = new RuleBook();
      rules.inject({ fault: RESET, match });

      expect(rules.take(GET)).to.equal(undefined);
    });
  }

  it('count nothing for requests that do not fit', () => {
    const rules = new RuleBook();
    rules.inject({ fault: RESET, match: { verb: 'watch' }, skip: 1 });

    expect([GET, GET, WATCH, WATCH].map((info) => rules.take(info))).to.eql([
      undefined,
      undefined,
      undefined,
      RESET,
    ]);
  });
});
