import type { Fault, SourceDocument } from '../document.ts';
import { documentIn } from './documents.ts';
import { duplicates } from './duplicates.ts';
import { outermost, type Unit } from './plan.ts';
import type { BuildPorts } from './ports.ts';
import { createTurns } from './turns.ts';
import { type Part, partsOf, planPath, tooMuchToRead } from './units.ts';

export type Built =
  | {
      readonly kind: 'built';
      /** In the order of their files. The objects are made for the caller. */
      readonly documents: readonly SourceDocument[];
      /** Objects that Flux v1 was told to leave alone: not to be applied, and not to be pruned either. */
      readonly left: readonly SourceDocument[];
      /** Files that a `.gitsyncignore` names, and documents that are not to be applied. */
      readonly ignored: number;
    }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] };

const MAX_DOCUMENTS = 20_000;
const MAX_LENGTH = 250_000_000;

/** More help nobody: they are mended one after the other. */
const MAX_FAULTS = 100;
const TURN_LENGTH = 200_000;

/** Finds and reads the objects that the paths of a commit hold: all of them, or why that cannot be. */
export async function build(
  paths: readonly string[],
  ports: BuildPorts,
  signal: AbortSignal,
): Promise<Built> {
  const units: Unit[] = [];
  let ignored = 0;
  for (const path of outermost(paths)) {
    signal.throwIfAborted();
    const plan = await planPath(path, ports);
    if ('why' in plan) return faulty([plan]);
    units.push(...plan.units);
    ignored += plan.ignored;
  }
  const tooMuch = tooMuchToRead(units);
  if (tooMuch !== undefined) return faulty([tooMuch]);

  const parts = await partsOfAll(units, ports, signal);
  const wrong = parts.flatMap(({ parsed }) => parsed.faults);
  if (wrong.length > 0) return faulty(wrong);
  const { documents, left } = await objectsOf(parts, signal);
  const twice = duplicates([...documents, ...left]);
  if (twice.length > 0) return faulty(twice);
  const skipped = parts.reduce((sum, { parsed }) => sum + parsed.skipped, 0);
  return { kind: 'built', documents, left, ignored: ignored + left.length + skipped };
}

/** In the order of their paths; no further than there is room for. */
async function partsOfAll(
  units: readonly Unit[],
  ports: BuildPorts,
  signal: AbortSignal,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  let documents = 0;
  let length = 0;
  for (const unit of units) {
    for await (const part of partsOf(unit, ports, signal)) {
      signal.throwIfAborted();
      parts.push(part);
      documents += part.parsed.documents.length;
      length += part.parsed.documents.reduce((sum, { body }) => sum + body.length, 0);
      if (documents > MAX_DOCUMENTS)
        return [overfull(`there are more than ${String(MAX_DOCUMENTS)} objects`)];
      if (length > MAX_LENGTH)
        return [overfull('with their aliases written out the objects are larger than 250 MB')];
    }
  }
  return parts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function overfull(what: string): Part {
  const why = `${what}: give fewer paths to one GitSync`;
  return { path: '', parsed: { documents: [], faults: [{ why }], skipped: 0 } };
}

async function objectsOf(
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<{ readonly documents: SourceDocument[]; readonly left: SourceDocument[] }> {
  const turn = createTurns(TURN_LENGTH);
  const documents: SourceDocument[] = [];
  const left: SourceDocument[] = [];
  for (const { path, parsed } of parts) {
    for (const document of parsed.documents) {
      (document.use === 'leave' ? left : documents).push(documentIn(path, document));
      await turn(document.body.length);
      signal.throwIfAborted();
    }
  }
  return { documents, left };
}

function faulty(faults: readonly Fault[]): Built {
  return { kind: 'faulty', faults: faults.slice(0, MAX_FAULTS) };
}
