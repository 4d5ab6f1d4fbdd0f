import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/**
 * What git is to trust for one remote, in one text: it reads a file instead of the system's certificates, not besides them.
 * `file` is the one by which an administrator has replaced those.
 */
export async function trustedWith(ca: string, file: string | undefined): Promise<string> {
  const others =
    file === undefined
      ? getCACertificates('system').join('\n')
      : await readFile(file, 'utf8').catch(() => '');
  return `${others.trimEnd()}\n${ca.trimEnd()}\n`.trimStart();
}
