import { readFile } from 'node:fs/promises';
import { startGitServer } from '../../testenv/git-server.ts';
import type { Demo } from '../demo.ts';
import { expect } from '../step-failed.ts';

const REPOSITORY = new URL('../repository/', import.meta.url);
const FILES = [
  'shop.yaml',
  'charts/shop/Chart.yaml',
  'charts/shop/values.yaml',
  'charts/shop/templates/deployment.yaml',
];
/** How long an upgrade may take; real images have to be pulled first. */
const TIMEOUT_SECONDS = { own: 15, given: 60 };

/** Serves hack/demo/repository, and makes a clone, $DEMO/shop. */
export async function serveGit({ dir, cluster, shell, screen, cleanUp }: Demo): Promise<void> {
  screen.step('A Git server on loopback has a repository with a chart and the manifest of a HelmRelease');
  const server = await startGitServer({ dir: `${dir}/git` });
  cleanUp.defer('the Git server', () => server.stop());
  await server.createRepo('shop');
  const settings = { url: server.repoUrl('shop'), timeout: TIMEOUT_SECONDS[cluster.kind] };
  await server.commit('shop', await repositoryFiles(settings), { message: 'A shop, version 1.0.0' });

  await shell.show(`git clone --quiet ${settings.url} $DEMO/shop`);
  for (const setting of ['user.name=Demo', 'user.email=demo@example.invalid', 'http.proxy=']) {
    const [key, value] = setting.split('=');
    await shell.ask(`git -C $DEMO/shop config ${key ?? ''} '${value ?? ''}'`);
  }
  const files = await shell.show('git -C $DEMO/shop ls-files');
  expect(
    files.trim().split('\n').length === FILES.length,
    'the clone does not hold the files of the repository',
  );
  await shell.show('cat $DEMO/shop/shop.yaml');
}

export async function repositoryFiles(settings: {
  readonly url: string;
  readonly timeout: number;
}): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of FILES) {
    const text = await readFile(new URL(path, REPOSITORY), 'utf8');
    files[path] = text.replace('GIT_URL', settings.url).replace('TIMEOUT', String(settings.timeout));
  }
  return files;
}
