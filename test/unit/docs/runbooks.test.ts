import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expositionOf } from '../../../hack/metrics/families.ts';
import { readRules } from '../../support/alert-rules.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docs', 'runbooks');
const ALERTS = readRules().map(({ alert }) => alert);
const METRIC = /\b(?:helmrelease|helm_release_operator|flux)_[a-z_]+/g;

describe('docs/runbooks', () => {
  const pages = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

  it('has one page for each alert, and no other', () => {
    expect(pages.sort()).to.deep.equal(ALERTS.map((alert) => `${alert}.md`).sort());
  });

  it('lists each alert with its severity in its index', () => {
    const rows = textOf('README.md').matchAll(/^\| \[(\w+)\]\((\S+)\) +\| (\w+) /gm);
    expect([...rows].map(([, alert, page, severity]) => ({ alert, page, severity }))).to.have.deep.members(
      readRules().map(({ alert, labels }) => ({ alert, page: `${alert}.md`, severity: labels['severity'] })),
    );
  });

  it('says on each page how to look, how to mend and how to silence', () => {
    for (const page of pages) {
      const text = textOf(page);
      expect(text, page).to.match(new RegExp(`^# ${page.replace('.md', '')}\n`));
      expect(
        [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title),
        page,
      ).to.deep.equal(['Look', 'Usual causes, and how to mend them', 'Silence it']);
      expect(text, page).to.include(`amtool silence add alertname=${page.replace('.md', '')} `);
    }
  });

  it('links only to what is there', () => {
    for (const page of ['README.md', ...pages]) {
      for (const [, link = ''] of textOf(page).matchAll(/\]\(([^)#]+)\)/g))
        expect(() => readFileSync(join(FOLDER, link)), `${page}: ${link}`).not.to.throw();
    }
  });

  it('names only metrics that there are', async () => {
    const { types } = await expositionOf({ releases: 1, syncs: 1, sources: 1, credentials: 1 }, 'worst');
    for (const page of pages) {
      for (const [metric] of textOf(page).matchAll(METRIC))
        expect([...types.keys()], page).to.include(metric);
    }
  });
});

describe('the alert rules', () => {
  it('name the page of each alert', () => {
    for (const { alert, annotations } of readRules())
      expect(annotations.runbook_url).to.equal(`docs/runbooks/${alert}.md`);
  });

  it('tell people in sentences what is wrong and what to do, and name whom it concerns', () => {
    for (const { alert, expr, labels, annotations } of readRules()) {
      const { summary, description } = annotations;
      expect(['critical', 'warning', 'info'], alert).to.include(labels['severity']);
      expect(summary, alert).to.match(/^[A-Z{].+\.$/);
      expect(description.split(/\. /).length, alert).to.be.at.least(2);
      expect(description, alert).to.match(/\.(\{\{ end \}\})?$/);
      if (!expr.includes('by (namespace, name)')) continue;
      expect(summary, alert).to.include('{{ $labels.namespace }}/{{ $labels.name }}');
      expect(description, alert).to.include('{{ $labels.namespace }}/{{ $labels.name }}');
    }
  });

  it('ask only for metrics and labels that the operator exposes', async () => {
    const { named } = await expositionOf({ releases: 1, syncs: 1, sources: 1, credentials: 1 }, 'worst');
    for (const { alert, expr } of readRules()) {
      const selectors = [...expr.matchAll(new RegExp(`(${METRIC.source})(?:\\{([^}]*)\\})?`, 'g'))];
      expect(selectors, alert).not.to.deep.equal([]);
      for (const [, name = '', matchers = ''] of selectors) {
        const labels = named(name).map((series) => Object.keys(series.labels));
        expect(labels, `${alert}: ${name}`).not.to.deep.equal([]);
        for (const [, label = ''] of matchers.matchAll(/(\w+)="/g))
          expect(labels[0], `${alert}: ${name}`).to.include(label);
      }
    }
  });

  it('group only by labels that their metrics have, or that Prometheus gives to each target', async () => {
    const { named } = await expositionOf({ releases: 1, syncs: 1, sources: 1, credentials: 1 }, 'worst');
    const groups = new RegExp(`by \\(([^)]+)\\) \\(\\s*(?:\\w+\\()?(${METRIC.source})`, 'g');
    for (const { alert, expr } of readRules()) {
      for (const [, by = '', name = ''] of expr.matchAll(groups)) {
        const ofTarget = by.includes('job') ? ['namespace', 'job'] : [];
        const labels = [...ofTarget, ...named(name).flatMap((series) => Object.keys(series.labels))];
        expect(labels, `${alert}: ${name}`).to.include.members(by.split(', '));
      }
    }
  });
});
