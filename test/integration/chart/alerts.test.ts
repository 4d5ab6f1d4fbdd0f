import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readRules } from '../../support/alert-rules.ts';
import type { Rule } from '../../support/alert-rules.ts';
import { find, NAMESPACE, refusal, render, type Rendered } from './chart.ts';

function rulesIn(objects: readonly Rendered[]): readonly Rule[] {
  const spec = find(objects, 'PrometheusRule')?.spec as
    { readonly groups: readonly { readonly rules: readonly Rule[] }[] } | undefined;
  return (spec?.groups ?? []).flatMap(({ rules }) => rules);
}

describe('the alert rules of the chart', function () {
  this.timeout(30_000);

  it('are there only if they are asked for', async () => {
    expect(find(await render(), 'PrometheusRule')).to.equal(undefined);
    expect(find(await render({ prometheus: { rules: null } }), 'PrometheusRule')).to.equal(undefined);
  });

  it('are those of the file, letter by letter, for Helm 3 and Helm 4, and one misses the operator of its namespace', async () => {
    const values = { prometheus: { rules: { create: true } } };
    const own = `absent(helm_release_operator_leader{namespace="${NAMESPACE}"})`;
    const expected = readRules().map((rule) =>
      rule.alert === 'HelmReleaseOperatorDown' ? { ...rule, expr: own } : rule,
    );

    expect(rulesIn(await render(values))).to.deep.equal(expected);
    expect(rulesIn(await render(values, 'helm-operator', 'helm3'))).to.deep.equal(expected);
  });

  it('are put where Prometheus looks for them, with the labels by which it does', async () => {
    const values = (namespace: string): object => ({
      create: true,
      namespace,
      additionalLabels: { release: 'prometheus', role: 'alerts' },
    });
    const elsewhere = find(await render({ prometheus: { rules: values('monitoring') } }), 'PrometheusRule');
    const beside = find(await render({ prometheus: { rules: values('') } }), 'PrometheusRule');

    expect(elsewhere?.metadata).to.include({ name: 'helm-operator', namespace: 'monitoring' });
    expect(elsewhere?.metadata.labels).to.include({
      release: 'prometheus',
      role: 'alerts',
      app: 'helm-operator',
    });
    expect(beside?.metadata.namespace).to.equal(NAMESPACE);
  });

  it('link to the runbooks where they are served', async () => {
    for (const runbookBaseUrl of [
      'https://wiki.example.com/runbooks',
      'https://wiki.example.com/runbooks/',
    ]) {
      const rules = rulesIn(await render({ prometheus: { rules: { create: true, runbookBaseUrl } } }));
      expect(rules.map(({ annotations }) => annotations.runbook_url)).to.deep.equal(
        rules.map(({ alert }) => `https://wiki.example.com/runbooks/${alert}.md`),
      );
    }
  });

  for (const [rules, told] of [
    [{ enabled: true }, "'enabled' not allowed"],
    [{ create: 'yes' }, '/prometheus/rules/create'],
    [{ runbookBaseUrl: 'wiki' }, '/prometheus/rules/runbookBaseUrl'],
    [{ additionalLabels: ['a'] }, '/prometheus/rules/additionalLabels'],
  ] as const) {
    it(`are refused where they are ${JSON.stringify(rules)}`, async () => {
      expect(await refusal({ prometheus: { rules } })).to.include(told);
    });
  }
});
