import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isNotFound } from '../kube/errors.ts';
import type { Document } from '../kube/documents.ts';
import type { Resource } from '../kube/resource.ts';
import type { Outcome } from './outcome.ts';

/** What was told of one HelmRelease. */
export interface Told {
  readonly uid: string;
  readonly keys: readonly string[];
  /** What is to be told as soon as it is gone, if its release is being uninstalled. */
  readonly leaving?: Outcome;
}

/** An outcome that a notifier has still to be told of. */
export interface Owed {
  readonly notifier: string;
  readonly outcome: Outcome;
}

/** What was told, and what is still to be told, so that the next leader neither repeats nor forgets any of it. */
export interface Ledger {
  /** By the key of the HelmRelease. */
  readonly told: Readonly<Record<string, Told>>;
  readonly owed: readonly Owed[];
}

export interface LedgerStore {
  /** Undefined if there is none, or none that can be read. */
  readonly load: (signal: AbortSignal) => Promise<Ledger | undefined>;
  readonly save: (ledger: Ledger, signal: AbortSignal) => Promise<void>;
  /** Without anybody to be told what is written there becomes wrong. */
  readonly clear: (signal: AbortSignal) => Promise<void>;
}

const NAME = 'helm-release-operator-notified';
const KEY = 'ledger';
const VERSION = 1;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Of a HelmRelease with a full history it holds 75 bytes: those of 10,000 fit into one Secret. */
export function createLedgerStore(
  secrets: Pick<Resource<Document>, 'get' | 'create' | 'mergePatch'>,
  namespace: string,
): LedgerStore {
  const ref = { namespace, name: NAME };
  return {
    load: async (signal) => await decode((await secrets.get(ref, signal))?.data?.[KEY]),
    save: async (ledger, signal) => {
      const data = { [KEY]: await encode(ledger) };
      try {
        await secrets.mergePatch(ref, { data }, signal);
      } catch (caught) {
        if (!isNotFound(caught)) throw caught;
        await secrets.create({ apiVersion: 'v1', kind: 'Secret', metadata: ref, data }, signal);
      }
    },
    clear: async (signal) => {
      try {
        await secrets.mergePatch(ref, { data: { [KEY]: null } }, signal);
      } catch (caught) {
        if (!isNotFound(caught)) throw caught;
      }
    },
  };
}

async function encode(ledger: Ledger): Promise<string> {
  return (await pack(JSON.stringify({ version: VERSION, ...ledger }))).toString('base64');
}

async function decode(packed: string | undefined): Promise<Ledger | undefined> {
  if (packed === undefined) return undefined;
  try {
    const read: unknown = JSON.parse((await unpack(Buffer.from(packed, 'base64'))).toString());
    return isLedger(read) ? { told: read.told, owed: read.owed } : undefined;
  } catch {
    return undefined;
  }
}

/** Only we write it: this is to tell another version of ours, not an attack. */
function isLedger(read: unknown): read is Ledger {
  if (typeof read !== 'object' || read === null) return false;
  const { version, told, owed } = read as Readonly<Record<string, unknown>>;
  return version === VERSION && typeof told === 'object' && told !== null && Array.isArray(owed);
}
