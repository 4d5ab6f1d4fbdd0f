import { describeTemplateError } from './template.ts';
import type { FailureKind } from './failure-kind.ts';

/** The chart and the values that it is given. */
export const CHART_FAILURES = [
  {
    class: 'TEMPLATE',
    reason: 'TemplateError',
    retry: 'after-change',
    pattern:
      /execution error at \(|parse error at \(|YAML parse error on |(?<![.\w])template: |\/templates\/\S+:\d+/,
    explain: describeTemplateError,
  },
  {
    class: 'SCHEMA',
    reason: 'ValuesSchema',
    retry: 'after-change',
    pattern: /values don't meet the specifications of the schema/,
    explain: (text) =>
      `the values do not fit the schema of the chart (values.schema.json): ${schemaLines(text)}`,
  },
  {
    class: 'VALUES',
    reason: 'InvalidValues',
    retry: 'after-change',
    pattern: /^failed to parse \S+: /,
    explain: (text) =>
      `helm cannot read the values: ${text.replace(/^failed to parse \S+: (?:cannot unmarshal yaml document: )?/, '')}`,
  },
  {
    class: 'KUBE_VERSION',
    reason: 'KubernetesVersion',
    retry: 'after-change',
    pattern: /chart requires kubeVersion: (.*) which is incompatible with Kubernetes (\S+)/,
    explain: (text) => {
      const [, wanted = '', found = ''] =
        /kubeVersion: (.*) which is incompatible with Kubernetes (\S+)/.exec(text) ?? [];
      return `the chart asks for Kubernetes ${wanted}, and this cluster is ${found}: use a version of the chart that supports it`;
    },
  },
  {
    class: 'CHART_KIND',
    reason: 'InvalidChart',
    retry: 'after-change',
    pattern: /(\S+) charts are not installable/,
    explain: (text) => `${text}: it is there for other charts to depend on`,
  },
  {
    class: 'DEPENDENCIES',
    reason: 'InvalidChart',
    retry: 'after-change',
    pattern: /error occurred while checking for chart dependencies|missing in charts\/ directory/i,
    explain: (text) =>
      `the chart lacks charts that it depends on: ${text.replace(/^.*missing in charts\/ directory: /s, '')}`,
  },
  {
    class: 'CHART_BROKEN',
    reason: 'InvalidChart',
    retry: 'after-change',
    pattern:
      /Chart\.yaml file is missing|unable to detect chart|does not appear to be a gzipped archive|path ".*" not found|unable to load chart|validation: chart\.metadata/i,
    explain: (text) => `helm cannot read the chart: ${text.replace(/'?"?\/\S+\/([^/\s'"]+)["']?/g, '$1')}`,
  },
] as const satisfies readonly FailureKind[];

function schemaLines(text: string): string {
  const lines = [...text.matchAll(/^\s*- (.+)$/gm)].map(([, line = '']) =>
    line.replace(/^at (?:'([^']*)')?/, '$1'),
  );
  return lines.join('; ');
}
