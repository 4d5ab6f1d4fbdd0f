import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnexpectedError } from '../../api/errors.ts';
import type { Run, RunResult } from '../../process/run.ts';
import type { WorkDir } from '../../process/work-dir.ts';
import { harmless } from './commit-facts.ts';
import { refused, type VerifySignature } from './signed-object.ts';
import { parseSshSignature } from './ssh-signature.ts';

export interface VerifySshPorts {
  readonly run: Run;
  readonly workDir: Pick<WorkDir, 'temp'>;
  /** PATH of ssh-keygen. */
  readonly searchPath: string;
}

/** What git has ssh-keygen sign for: a signature of a file or of a login is none of a commit. */
const NAMESPACE = 'git';
const TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 200_000;
/** Names that a line of allowed_signers may give to one key and that are tried. */
const MAX_PRINCIPALS = 10;
const MAX_NAME = 100;

/** Has ssh-keygen decide: what it ends with counts, and nothing that it or the signature says. */
export function createVerifySsh({ run, workDir, searchPath }: VerifySshPorts): VerifySignature {
  return async ({ signature, signed, time }, { secret, allowedSigners, owners }, { good, signal }) => {
    const said = parseSshSignature(signature);
    if (said === undefined) return refused('has an SSH signature that cannot be read: sign it anew');
    if (said.namespace !== NAMESPACE) {
      return refused(
        `has an SSH signature for ${JSON.stringify(harmless(said.namespace, MAX_NAME))} and not for "${NAMESPACE}": sign it by git`,
      );
    }
    const by = `SSH ${said.fingerprint}`;
    await using dir = await workDir.temp('signature');
    const [signatureFile, signersFile] = [join(dir.path, 'signature'), join(dir.path, 'allowed_signers')];
    await writeFile(signatureFile, signature, { mode: 0o600 });
    await writeFile(signersFile, allowedSigners, { mode: 0o600 });
    const moment = good === 'now' ? [] : [`-Overify-time=${keygenTime(time)}`];
    const keygen = async (verb: string, args: readonly string[], input?: Buffer): Promise<RunResult> => {
      const files = ['-s', signatureFile, '-f', signersFile];
      return await run('ssh-keygen', ['-Y', verb, ...files, ...moment, ...args], {
        env: { PATH: searchPath, LC_ALL: 'C' },
        cwd: dir.path,
        timeoutMs: TIMEOUT_MS,
        killGraceMs: 1_000,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        signal,
        ...(input === undefined ? {} : { input }),
      });
    };

    const known = await keygen('find-principals', []);
    if (!isYes(known)) return refused(notHeld(by, secret, wordsOf(known)));
    const principals = wordsOf(known)
      .split('\n')
      .filter((line) => line !== '');
    for (const principal of principals.slice(0, MAX_PRINCIPALS)) {
      const verified = await keygen('verify', ['-n', NAMESPACE, '-I', principal], signed);
      if (isYes(verified)) {
        const owner = owners.get(principal) ?? harmless(principal, MAX_NAME);
        return { kind: 'good', by: `${owner} (${by})` };
      }
      if (/not permitted for use in signature namespace/.test(wordsOf(verified))) {
        return refused(
          `is signed with a key (${by}) that allowed_signers in Secret ${secret} does not take for the namespace "${NAMESPACE}": add it to namespaces there`,
        );
      }
    }
    return refused(
      `has a signature that does not fit what it holds (${by}): it was changed after it was signed, so sign it anew`,
    );
  };
}

function notHeld(by: string, secret: string, words: string): string {
  if (/key has expired/.test(words)) {
    return `is signed with a key (${by}) that has expired in allowed_signers of Secret ${secret}: sign it with another, or set a later valid-before`;
  }
  if (/not yet valid/.test(words)) {
    return `is signed with a key (${by}) that is not yet valid in allowed_signers of Secret ${secret}: sign it with another, or set an earlier valid-after`;
  }
  return `is signed with a key (${by}) that Secret ${secret} does not hold: sign it with one that it holds, or put the public key there as NAME.pub if its owner may deploy`;
}

/** Throws if ssh-keygen has not come to a decision. */
function isYes(result: RunResult): boolean {
  if (result.kind === 'done') return true;
  if (result.kind === 'failed' && result.exitCode !== undefined && !/^No user exists/m.test(result.stderr)) {
    return false;
  }
  const why =
    result.kind === 'failed' && result.exitCode !== undefined
      ? harmless(result.stderr, MAX_NAME)
      : result.why;
  throw new UnexpectedError(`SSH signatures cannot be checked, because ssh-keygen does not run: ${why}`);
}

function wordsOf(result: RunResult): string {
  if (result.kind === 'done') return result.stdout;
  return result.kind === 'failed' ? result.stderr : '';
}

/** `20260301120000Z`. */
function keygenTime(time: Date): string {
  return `${time.toISOString().replaceAll(/[-:T]|\..*$/g, '')}Z`;
}
