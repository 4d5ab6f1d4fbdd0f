import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

/** The rules as they are in the repository. */
export const RULES_FILE = new URL('../../charts/helm-release-operator/alerts/rules.yaml', import.meta.url)
  .pathname;

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}

export function readRules(): readonly Rule[] {
  const file = load(readFileSync(RULES_FILE, 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return file.groups.flatMap(({ rules }) => rules);
}

/**
 * The same rules, each length of time in them shorter by that factor, so that what fires after half an hour fires in seconds. Lengths
 * are `for`, `keep_firing_for`, what stands in brackets, and numbers of minutes or hours: `N * 60` and `N * 3600`. Nothing else is.
 */
export function scaledRules(rules: readonly Rule[], factor: number): readonly Rule[] {
  const shorter = (text: string): string =>
    text.replaceAll(/\b(\d+)([smhd])\b/g, (_, count: string, unit: string) => {
      const ms = (Number(count) * (UNIT_MS[unit] ?? NaN)) / factor;
      return `${String(Math.max(1, Math.round(ms)))}ms`;
    });
  const shorterWindow = (text: string): string => text.replaceAll(/\[[^\][{}]+\]/g, shorter);
  const shorterNumber = (text: string): string =>
    text.replaceAll(/\* (60|3600)\b/g, (_, unit: string) => `* (${unit} / ${String(factor)})`);
  return rules.map((rule) => ({
    ...rule,
    expr: shorterNumber(shorterWindow(rule.expr)),
    ...(rule.for === undefined ? {} : { for: shorter(rule.for) }),
    ...(rule.keep_firing_for === undefined ? {} : { keep_firing_for: shorter(rule.keep_firing_for) }),
  }));
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
