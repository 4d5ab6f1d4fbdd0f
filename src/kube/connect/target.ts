import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { KubeconfigError } from '../errors.ts';
import { readKubeconfigFiles, type KubeconfigTarget } from './kubeconfig-file.ts';

export interface TargetOptions {
  /** `--kubeconfig`; wins over KUBECONFIG of the environment. */
  readonly kubeconfig?: string | undefined;
  /** `--master`: the server's address, whatever the kubeconfig says. Alone it means a server that asks for no credentials. */
  readonly master?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Kubernetes mounts the service account into a pod. */
  readonly serviceAccountDir?: string;
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The flag, else KUBECONFIG, else the pod we run in. Never a guess: ~/.kube/config may be any cluster. */
export function findTarget(options: TargetOptions): KubeconfigTarget {
  const { kubeconfig, master, env } = options;
  if (kubeconfig) return withServer(readKubeconfigFiles([kubeconfig]), master);

  const paths = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (paths.length > 0) return withServer(readKubeconfigFiles(paths), master);

  if (!master) return inCluster(env, options.serviceAccountDir ?? SERVICE_ACCOUNT_DIR);
  return {
    cluster: { name: 'master', server: master, skipTLSVerify: false },
    user: { name: 'nobody' },
    namespace: undefined,
  };
}

function withServer(target: KubeconfigTarget, master: string | undefined): KubeconfigTarget {
  return master ? { ...target, cluster: { ...target.cluster, server: master } } : target;
}

function inCluster(env: TargetOptions['env'], dir: string): KubeconfigTarget {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port || !existsSync(`${dir}/token`)) {
    throw new KubeconfigError(
      'no API server is known: give --kubeconfig, set KUBECONFIG, or run in a pod with a service account',
    );
  }
  const namespaceFile = `${dir}/namespace`;
  return {
    cluster: {
      name: 'in-cluster',
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      caFile: `${dir}/ca.crt`,
      skipTLSVerify: false,
    },
    user: { name: 'service-account', tokenFile: `${dir}/token` },
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined,
    isPod: true,
  };
}
