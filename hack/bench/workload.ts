import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A chart of four objects whose Deployment has that many replicas. */
export function chartFiles(replicas: number): Promise<Readonly<Record<string, string>>> {
  const object = (kind: string, apiVersion: string, body: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: {{ .Release.Name }}\n${body}`;
  return Promise.resolve({
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': 'text: hello\n',
    'web/templates/account.yaml': object('ServiceAccount', 'v1', ''),
    'web/templates/config.yaml': object('ConfigMap', 'v1', 'data:\n  text: {{ .Values.text | quote }}\n'),
    'web/templates/service.yaml': object(
      'Service',
      'v1',
      'spec:\n  selector: { app: {{ .Release.Name }} }\n  ports: [{ port: 80 }]\n',
    ),
    'web/templates/deployment.yaml': object(
      'Deployment',
      'apps/v1',
      `spec:
  replicas: ${String(replicas)}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [{ name: web, image: 'web:1.0' }] }
`,
    ),
  });
}

/** As many HelmReleases of one chart. */
export function manifests(count: number, git: string, text: string): string {
  const items = Array.from({ length: count }, (_, at) => ({
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { name: `web-${String(at)}`, namespace: 'bench' },
    spec: { chart: { git, path: 'web', ref: 'main' }, values: { text }, wait: true },
  }));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

export function kubectlIn(
  kubectl: string,
  kubeconfig: string,
): (args: readonly string[], input?: string) => Promise<void> {
  return async (args, input = '') => {
    const child = spawn(kubectl, [`--kubeconfig=${kubeconfig}`, ...args], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(input);
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed`);
  };
}
