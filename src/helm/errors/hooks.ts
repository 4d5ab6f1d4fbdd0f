const WHEN = /(?:failed |^)((?:pre|post)-(?:install|upgrade|rollback|delete))(?: hooks failed)?: /;
/** Helm 3, then Helm 4. */
const FAILED_JOB = /\b(job|pod) (\S+) failed(?:: (\w+))?/;
const NOT_READY = /resource (\w+)\/[^/\s]*\/(\S+) not ready\. status: (\w+), message: ([^\n]*)/;
const OUT_OF_TIME = /context deadline exceeded|timed out waiting for the condition/;

/** Which hook or test it was and how it ended. Undefined if helm does not speak of one. */
export function describeHook(text: string, isTest: boolean): string | undefined {
  const when = WHEN.exec(text)?.[1];
  const what = isTest ? 'test' : `${when === undefined ? '' : `${when} `}hook`;
  const limit = isTest ? 'spec.test.timeout' : 'spec.timeout';
  const failed = FAILED_JOB.exec(text);
  if (failed !== null) {
    const [, kind = '', name = '', why] = failed;
    const reason = why === undefined ? '' : ` (${why})`;
    return kind === 'job'
      ? `${what} Job ${name} failed${reason}: look at the logs of its pods`
      : `${what} Pod ${name} failed${reason}: look at its logs`;
  }
  const notReady = NOT_READY.exec(text);
  if (notReady !== null) {
    const [, kind = '', name = '', status = '', message = ''] = notReady;
    return status === 'Failed'
      ? `${what} ${kind} ${name} failed (${message}): look at the logs of its pods`
      : `${what} ${kind} ${name} did not end in time (${message}): look at its pods, or raise ${limit}`;
  }
  if (OUT_OF_TIME.test(text) && (isTest || when !== undefined)) {
    return `a ${what} did not end in time: look at its pods, or raise ${limit}`;
  }
  return undefined;
}
