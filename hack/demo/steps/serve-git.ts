import { readFile, writeFile } from 'node:fs/promises';
import { startGitServer } from '../../testenv/git-server.ts';
import type { Demo } from '../demo.ts';
import { expect } from '../step-failed.ts';

const REPOSITORY = new URL('../repository/', import.meta.url);
const FILES = [
  'charts/shop/Chart.yaml',
  'charts/shop/templates/deployment.yaml',
  'charts/shop/values.yaml',
  'deploy/settings.yaml',
];
const MANIFESTS = new URL('../manifests/', import.meta.url);
/** How long an upgrade may take; real images have to be pulled first. */
const TIMEOUT_SECONDS = { own: 15, given: 60 };

/** Serves hack/demo/repository, makes a clone, $DEMO/shop, and lays the manifests that are not in it yet into $DEMO. */
export async function serveGit({ dir, cluster, shell, screen, cleanUp }: Demo): Promise<void> {
  screen.step('A Git server on loopback has a repository with a chart, and a folder for what is deployed');
  const server = await startGitServer({ dir: `${dir}/git` });
  cleanUp.defer('the Git server', () => server.stop());
  await server.createRepo('shop');
  await server.commit('shop', await repositoryFiles(), { message: 'A chart for the shop' });
  const settings = { url: server.repoUrl('shop'), timeout: TIMEOUT_SECONDS[cluster.kind] };
  for (const [name, text] of Object.entries(await manifests(settings)))
    await writeFile(`${dir}/${name}`, text);

  await shell.show(`git clone --quiet ${settings.url} $DEMO/shop`);
  const author = { 'user.name': 'Ada Lovelace', 'user.email': 'ada@example.com', 'http.proxy': '' };
  for (const [key, value] of Object.entries(author)) {
    await shell.ask(`git -C $DEMO/shop config ${key} '${value}'`);
  }
  const files = await shell.show('git -C $DEMO/shop ls-files');
  expect(
    files.trim().split('\n').length === FILES.length,
    'the clone does not hold the files of the repository',
  );
}

export async function repositoryFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of FILES) files[path] = await readFile(new URL(path, REPOSITORY), 'utf8');
  return files;
}

/** The GitSync, which a person applies, and the HelmRelease, which a person commits. */
export async function manifests(settings: {
  readonly url: string;
  readonly timeout: number;
}): Promise<Record<'gitsync.yaml' | 'shop.yaml', string>> {
  const read = async (name: string): Promise<string> => {
    const text = await readFile(new URL(name, MANIFESTS), 'utf8');
    return text.replace('GIT_URL', settings.url).replace('TIMEOUT', String(settings.timeout));
  };
  return { 'gitsync.yaml': await read('gitsync.yaml'), 'shop.yaml': await read('shop.yaml') };
}
