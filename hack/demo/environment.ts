import { delimiter } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables of the demo's commands: the person's own, so that the credential helpers of a kubeconfig work, but
 * without those that would lead git elsewhere, and with every cache in the demo's folder.
 */
export function demoEnvironment(env: Environment, dir: string, nodeFolder: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(GIT|HELM)_/.test(entry[0]),
  );
  const noProxy = [env['NO_PROXY'] ?? env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',');
  return {
    ...Object.fromEntries(kept),
    PATH: [nodeFolder, env['PATH']].filter(Boolean).join(delimiter),
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    KUBECACHEDIR: `${dir}/cache/kubectl`,
    HELM_CACHE_HOME: `${dir}/cache/helm`,
    HELM_CONFIG_HOME: `${dir}/cache/helm-config`,
    HELM_DATA_HOME: `${dir}/cache/helm-data`,
    NODE_COMPILE_CACHE: `${dir}/cache/node`, // npm would have it in the folder for temporary files
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
