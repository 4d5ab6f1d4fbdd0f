import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Keeps a kubeconfig for child processes in `dir`. The function returned gives its path, after it has written what
 * `text` says now if that has changed. A file is replaced as a whole: a child that starts meanwhile never reads half of it.
 */
export function createKubeconfigFile(dir: string, text: () => Promise<string>): () => Promise<string> {
  const path = join(dir, 'kubeconfig');
  let written: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function update(): Promise<string> {
    const wanted = await text();
    if (wanted !== written) {
      const draft = `${path}.new`;
      await writeFile(draft, wanted, { mode: 0o600 });
      await rename(draft, path);
      written = wanted;
    }
    return path;
  }

  return () => {
    // One at a time, in order: an older text must not overwrite a newer one.
    const next = last.then(update, update);
    last = next;
    return next;
  };
}
