import { uninstallArguments } from './arguments.ts';
import { isAtLeast, type HelmBinary } from './binary.ts';
import { HelmError } from './errors.ts';
import { describeForbidden } from '../kube/forbidden.ts';
import type { HelmOutcome } from './outcome.ts';
import { leftBehind, type LeftBehind } from './left-behind.ts';
import type { UninstallRequest } from './requests.ts';
import type { Storage } from './storage/storage.ts';

type RunUninstall = (
  build: () => readonly string[],
  request: UninstallRequest,
  signal: AbortSignal,
) => Promise<HelmOutcome>;

const MAX_NAMED = 5;

/**
 * Since 4.3 `helm uninstall` asks of each object whose it is, and when the answer is an error it leaves the object where
 * it is, forgets the release and ends with success. So the release is not forgotten by helm but here, and only after
 * every object was either deleted or left on purpose; until then it can be uninstalled once more.
 */
export function createUninstall(
  binary: HelmBinary,
  storage: Pick<Storage, 'list' | 'mark' | 'purge'>,
  run: RunUninstall,
): (request: UninstallRequest, signal: AbortSignal) => Promise<HelmOutcome> {
  const keepHistory = isAtLeast(binary, '4.3.0');

  const attempt = (request: UninstallRequest, signal: AbortSignal): Promise<HelmOutcome> =>
    run(() => uninstallArguments(binary, request, { keepHistory }), request, signal);

  return async (request, signal) => {
    const { namespace, name } = request;
    let outcome = await attempt(request, signal);
    if (outcome.kind === 'failed' && outcome.error.class === 'ALREADY_UNINSTALLED') {
      // We were killed before it was forgotten, or a person kept its history: look once more whether objects are left.
      await reopen(namespace, name, signal);
      outcome = await attempt({ ...request, noHooks: true }, signal);
    }
    if (outcome.kind === 'failed') {
      const { error, durationMs } = outcome;
      return error.class === 'NOT_FOUND' ? { kind: 'ok', durationMs, output: '', left: [] } : outcome;
    }
    const left = leftBehind(outcome.output);
    const unverified = left.filter(({ why }) => why === 'unverified');
    if (unverified.length > 0) {
      await reopen(namespace, name, signal);
      return { kind: 'failed', error: unverifiedError(unverified), durationMs: outcome.durationMs };
    }
    if (keepHistory) await storage.purge(namespace, name, signal);
    return { ...outcome, left };
  };

  /** helm does not touch a release again that it has called uninstalled. */
  async function reopen(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const newest = (await storage.list(namespace, name, signal)).at(-1);
    if (newest?.status !== 'uninstalled') return;
    const edit = {
      status: 'uninstalling',
      description: 'Objects are left that helm could not ask about',
    } as const;
    await storage.mark(namespace, name, newest.revision, edit, signal);
  }
}

function inWords(detail: string): string {
  return describeForbidden(detail) ?? detail;
}

function unverifiedError(objects: readonly LeftBehind[]): HelmError {
  const named = objects
    .slice(0, MAX_NAMED)
    .map(({ kind, name, detail }) => `${kind} ${name}${detail === undefined ? '' : ` (${inWords(detail)})`}`);
  const more = objects.length > MAX_NAMED ? ` and ${String(objects.length - MAX_NAMED)} more` : '';
  return new HelmError(
    `helm could not find out whose these objects are and did not delete them: ${named.join(', ')}${more}; it is tried again`,
    { class: 'UNVERIFIED', reason: 'UninstallIncomplete', retry: 'backoff' },
  );
}
