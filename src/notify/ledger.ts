import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isNotFound } from '../kube/errors.ts';
import type { Document } from '../kube/documents.ts';
import type { Resource } from '../kube/resource.ts';
import type { Outcome } from './outcome.ts';
import { cut } from './sender.ts';

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
  /** How many more are owed to each notifier, by its name, for which there was no room. */
  readonly lost: Readonly<Record<string, number>>;
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
const VERSION = 2;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A Secret holds 1 MiB. */
const MAX_BYTES = 900_000;
const MAX_OWED = 500;
const MAX_SENTENCE = 500;

/** Of a HelmRelease with a full history it holds about 80 bytes: those of 10,000 fit into one Secret. */
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
      if ((await secrets.get(ref, signal))?.data?.[KEY] === undefined) return;
      try {
        await secrets.mergePatch(ref, { data: { [KEY]: null } }, signal);
      } catch (caught) {
        if (!isNotFound(caught)) throw caught;
      }
    },
  };
}

/** What was told goes before what is owed, and of that the newest: without it everything would be told again. */
async function encode({ told, owed }: Ledger): Promise<string> {
  let packed = await packedWithin(told, owed);
  for (const depth of [4, 1])
    if (packed.length > MAX_BYTES) packed = await packedWithin(newest(told, depth), owed);
  return packed.toString('base64');
}

async function packedWithin(told: Ledger['told'], owed: readonly Owed[]): Promise<Buffer> {
  const short = owed.map(({ notifier, outcome }) => ({
    notifier,
    outcome: { ...outcome, sentence: cut(outcome.sentence, MAX_SENTENCE) },
  }));
  for (let count = Math.min(owed.length, MAX_OWED); ; count = Math.floor(count / 2)) {
    const from = owed.length - count;
    const kept: Ledger = { told, owed: short.slice(from), lost: countOf(owed.slice(0, from)) };
    const packed = await pack(JSON.stringify({ version: VERSION, ...kept }));
    if (packed.length <= MAX_BYTES || count === 0) return packed;
  }
}

/** What is older than the last few is mostly older than a day too, and not told for that. */
function newest(told: Ledger['told'], depth: number): Ledger['told'] {
  const entries = Object.entries(told).map(
    ([key, one]) => [key, { ...one, keys: one.keys.slice(-depth) }] as const,
  );
  return Object.fromEntries(entries);
}

function countOf(owed: readonly Owed[]): Ledger['lost'] {
  const counts = new Map<string, number>();
  for (const { notifier } of owed) counts.set(notifier, (counts.get(notifier) ?? 0) + 1);
  return Object.fromEntries(counts);
}

async function decode(packed: string | undefined): Promise<Ledger | undefined> {
  if (packed === undefined) return undefined;
  try {
    const read: unknown = JSON.parse((await unpack(Buffer.from(packed, 'base64'))).toString());
    return isLedger(read) ? { told: read.told, owed: read.owed, lost: read.lost } : undefined;
  } catch {
    return undefined;
  }
}

/** Only we write it: this is to tell another version of ours, not an attack. */
function isLedger(read: unknown): read is Ledger {
  if (typeof read !== 'object' || read === null) return false;
  const { version, told, owed, lost } = read as Readonly<Record<string, unknown>>;
  return version === VERSION && isRecord(told) && Array.isArray(owed) && isRecord(lost);
}

function isRecord(read: unknown): boolean {
  return typeof read === 'object' && read !== null;
}
