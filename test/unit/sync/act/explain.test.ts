import { expect } from 'chai';
import { describe, it } from 'mocha';
import { contested, explain, leaving, ownedBy, retryOf, untested } from '../../../../src/sync/act/explain.ts';
import type { Refusal } from '../../../../src/sync/act/refusal.ts';
import { ACCOUNT, task } from './support.ts';

const DEPLOYMENT = task('Deployment.apps', 'web');
const SECRET = task('Secret', 'key');
const why = (refusal: Refusal, of = DEPLOYMENT): string | undefined => explain(refusal, of, ACCOUNT)[0]?.why;
const forbidden = (more: object): Refusal => ({
  kind: 'forbidden',
  ...{ user: ACCOUNT, verb: 'patch', resource: 'deployments', group: 'apps', namespace: 'shop' },
  ...more,
});
const invalid = (...findings: Extract<Refusal, { kind: 'invalid' }>['findings']): Refusal => ({
  kind: 'invalid',
  findings,
});

describe('why a document is not applied', () => {
  it('names file, document, line, object and field', () => {
    const field = 'spec.template.spec.containers[name="web"].imge';

    expect(explain(invalid({ field, what: 'unknown', said: 'x' }), DEPLOYMENT, ACCOUNT)).to.deep.equal([
      {
        ...{ file: 'apps/web.yaml', index: 2, line: 7, object: 'Deployment shop/web', field },
        why: 'Deployment of apps/v1 has no such field: correct its name, or take it out',
      },
    ]);
  });

  it('tells each field that is wrong, up to five', () => {
    const findings = [1, 2, 3, 4, 5, 6].map((n) => ({
      ...{ field: `spec.f${String(n)}`, what: 'wrong' as const, said: `no ${String(n)}` },
    }));

    const faults = explain(invalid(...findings), DEPLOYMENT, ACCOUNT);

    expect(faults.map(({ field }) => field)).to.deep.equal(findings.slice(0, 5).map(({ field }) => field));
    expect(faults[0]?.why).to.equal('no 1');
  });

  it('says what to do about a field that cannot be changed', () => {
    expect(why(invalid({ field: 'spec.selector', what: 'immutable', said: 'field is immutable' }))).to.equal(
      'it cannot be changed any more (field is immutable): delete the object yourself, or give it another name',
    );
  });

  const types: readonly (readonly [string, string])[] = [
    ['string, got &value.valueUnstructured{Value:5}', 'a text, and Git has 5: put quotes around it'],
    [
      'string, got &value.valueUnstructured{Value:1.5e+06}',
      'a text, and Git has 1.5e+06: put quotes around it',
    ],
    ['string, got &value.valueUnstructured{Value:true}', 'a text, and Git has true: put quotes around it'],
    [
      'string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"b"}}',
      'a text, and Git has a map: correct it',
    ],
    [
      'string, got &value.valueUnstructured{Value:interface {}(nil)}',
      'a text, and Git has nothing: give it one, or take the field out',
    ],
    ['numeric (int or float), got string', 'a number, and Git has a text: write a number, without quotes'],
    ['numeric (int or float), got []interface {}', 'a number, and Git has a list: correct it'],
    [
      'boolean, got &{yes}',
      'true or false, and Git has a single value: write one of the two, without quotes',
    ],
    ['list, got &{map[a:b]}', 'a list, and Git has a map: correct it'],
    ['map, got &{web}', 'a map, and Git has a single value: correct it'],
    ['map, got nil', 'a map, and Git has nothing: give it one, or take the field out'],
  ];
  for (const [said, sentence] of types) {
    it(`says without words of a program: expected ${said}`, () => {
      const finding = { field: 'data.color', what: 'wrong', said: `expected ${said}` } as const;
      expect(why(invalid(finding))).to.equal(`it must be ${sentence}`);
    });
  }

  it('says of a value in a Secret which type it must have, and not what it is', () => {
    const said = 'expected string, got &value.valueUnstructured{Value:31337}';
    expect(why(invalid({ field: 'stringData.pin', what: 'wrong', said }), SECRET)).to.equal(
      'it must be a text: put quotes around it',
    );
  });

  it('says of a field of a Secret that it cannot be changed, and nothing more', () => {
    const finding = { field: 'type', what: 'immutable', said: 'Invalid value: "hunter2"' } as const;

    expect(why(invalid(finding), SECRET)).to.equal(
      'it cannot be changed any more: delete the object yourself, or give it another name',
    );
  });

  it('says which right lacks to whom, and where', () => {
    expect(why(forbidden({}))).to.equal(
      `${ACCOUNT} may not patch deployments.apps in namespace shop: bind it a Role that allows get, list, watch, create, patch and delete of deployments.apps`,
    );
    expect(why(forbidden({ namespace: '' }))).to.equal(
      `${ACCOUNT} may not patch deployments.apps: bind it a ClusterRole that allows get, list, watch, create, patch and delete of deployments.apps`,
    );
    // The server names a namespace for a Namespace too, in which no Role could allow to create it.
    const crd = task('CustomResourceDefinition.apiextensions.k8s.io', 'a.b');
    expect(why(forbidden({}), crd)).to.contain('bind it a ClusterRole');
    expect(why(forbidden({ verb: 'impersonate', user: 'operator' }))).to.equal(
      `the operator may not act as ${ACCOUNT}: allow operator to impersonate serviceaccounts`,
    );
  });

  const rows: readonly (readonly [Refusal, string])[] = [
    [
      { kind: 'no-namespace', namespace: 'shop' },
      'namespace shop does not exist: create it, or commit it to the same path',
    ],
    [
      { kind: 'namespace-goes', namespace: '' },
      'namespace shop is being deleted: nothing can be made in it before it is there again',
    ],
    [
      { kind: 'depends', on: { group: '', plural: 'serviceaccounts', name: 'web' }, said: '' },
      'it needs serviceaccounts "web", which is not there: create it, or commit it to the same path',
    ],
    [
      { kind: 'no-kind' },
      'the API server does not serve Deployment of apps/v1: is its CustomResourceDefinition installed?',
    ],
    [{ kind: 'too-large' }, 'it is larger than the API server takes: divide it'],
    [{ kind: 'webhook', said: 'denied:\n  no team' }, 'denied: no team'],
    [{ kind: 'other', said: 'exceeded quota', reason: 'Forbidden' }, 'exceeded quota'],
    [
      { kind: 'escalation', said: 'rights' },
      `${ACCOUNT} would give rights that it does not have itself (rights): give it these rights, or the verb "escalate" for this role`,
    ],
  ];
  for (const [refusal, sentence] of rows) {
    it(`is one sentence for ${refusal.kind}`, () => {
      expect(why(refusal)).to.equal(sentence);
    });
  }

  it('never quotes what is in a Secret', () => {
    const said = 'Invalid value: "hunter2"';
    const refusals: readonly Refusal[] = [
      invalid({ field: 'data.password', what: 'wrong', said }),
      invalid({ field: 'data.password', what: 'immutable', said }),
      invalid({ field: 'data.password', what: 'unknown', said }),
      { kind: 'webhook', said },
      { kind: 'escalation', said },
      { kind: 'untestable', said },
      { kind: 'other', said, reason: 'InternalError' },
      { kind: 'depends', on: { group: '', plural: 'a', name: 'b' }, said },
    ];

    for (const refusal of refusals) {
      expect(JSON.stringify(explain(refusal, SECRET, ACCOUNT)), refusal.kind).not.to.contain('hunter2');
    }
    expect(untested(SECRET, said).why).not.to.contain('hunter2');
  });

  it('is cut where the server does not end', () => {
    expect(why({ kind: 'other', said: 'x'.repeat(5_000), reason: '' })?.length).to.be.below(600);
  });

  it('names another owner, and the way out', () => {
    expect(ownedBy({ kind: 'sync', key: 'team-b/apps' }, DEPLOYMENT).why).to.equal(
      'it belongs to GitSync team-b/apps: remove it from one of the two',
    );
    expect(ownedBy({ kind: 'release', key: 'shop/web' }, DEPLOYMENT).why).to.equal(
      'it belongs to the Helm release shop/web: remove it from Git or from the chart',
    );
    expect(leaving(DEPLOYMENT).why).to.contain('is being deleted');
  });

  it('names each contested field and its manager', () => {
    expect(contested([{ field: '.spec.replicas', manager: 'hpa' }], DEPLOYMENT)).to.deep.equal([
      {
        ...{ file: 'apps/web.yaml', index: 2, line: 7, object: 'Deployment shop/web' },
        field: 'spec.replicas',
        why: '"hpa" owns the field: leave it out of Git, or set spec.forceConflicts of the GitSync to true',
      },
    ]);
  });
});

describe('whether a refused document is tried again by itself', () => {
  it('is not so when only another commit helps', () => {
    expect(retryOf(invalid({ field: 'a', what: 'unknown', said: '' }))).to.equal('after-change');
    expect(retryOf({ kind: 'too-large' })).to.equal('after-change');
  });

  it('is so when something in the cluster may help', () => {
    expect(retryOf(invalid({ field: 'a', what: 'immutable', said: '' }))).to.equal('backoff');
    expect(retryOf(forbidden({}))).to.equal('backoff');
    expect(retryOf({ kind: 'no-namespace', namespace: 'a' })).to.equal('backoff');
  });
});
