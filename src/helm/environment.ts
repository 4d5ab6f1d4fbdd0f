import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface EnvironmentOptions {
  /** The folder that all runs share; nothing in it comes from users. */
  readonly home: string;
  /** Discovery of the API server, kept between runs. By default in `home`. */
  readonly kubeCacheDir?: string | undefined;
  /** Proxies and trusted certificates, if the operator was given any: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** What every helm process may see, beside its kubeconfig and its temporary folder. */
export interface Environment {
  readonly variables: Readonly<Record<string, string>>;
  /** An empty folder: helm prefers a folder of the working directory over the chart that was meant. */
  readonly emptyDir: string;
}

/** Makes the folders and an environment that owes nothing to our own. */
export async function prepareEnvironment({
  home,
  kubeCacheDir = join(home, 'kube-cache'),
  extra = {},
}: EnvironmentOptions): Promise<Environment> {
  const dirs = {
    cache: join(home, 'cache'),
    config: join(home, 'config'),
    data: join(home, 'data'),
    // HELM_NO_PLUGINS does not keep helm from loading plugins that fetch or render; an empty folder does.
    plugins: join(home, 'no-plugins'),
    empty: join(home, 'empty'),
  };
  for (const dir of [...Object.values(dirs), kubeCacheDir])
    await mkdir(dir, { recursive: true, mode: 0o700 });
  return {
    emptyDir: dirs.empty,
    variables: {
      ...extra,
      PATH: '/usr/bin:/bin',
      HOME: home,
      KUBECACHEDIR: kubeCacheDir,
      HELM_CACHE_HOME: dirs.cache,
      HELM_CONFIG_HOME: dirs.config,
      HELM_DATA_HOME: dirs.data,
      HELM_PLUGINS: dirs.plugins,
      HELM_DRIVER: 'secret',
      // Not HELM_BURST_LIMIT=-1 as well: with it helm refuses to send anything.
      HELM_QPS: '-1',
      HELM_BURST_LIMIT: '300',
      HELM_COLOR: 'never',
      NO_COLOR: '1',
      // A third less CPU for a few megabytes, measured; more threads only get into each other's way.
      GOGC: '400',
      GOMAXPROCS: '1',
    },
  };
}
