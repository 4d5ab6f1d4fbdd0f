export interface KubeconfigInput {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

/** A self-contained kubeconfig (JSON is YAML): verified CA, bearer token, one context. */
export function kubeconfigText(input: KubeconfigInput): string {
  const ca = Buffer.from(input.caPem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'testenv', cluster: { server: input.url, 'certificate-authority-data': ca } }],
    users: [{ name: 'admin', user: { token: input.token } }],
    contexts: [{ name: 'testenv', context: { cluster: 'testenv', user: 'admin', namespace: 'default' } }],
    'current-context': 'testenv',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
