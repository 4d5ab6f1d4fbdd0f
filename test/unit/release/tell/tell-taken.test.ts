import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Happening } from '../../../../src/kube/events.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { tellingTaken } from '../../../../src/release/tell/tell-taken.ts';
import { createFieldOwners } from '../../../../src/release/observe/field-owners.ts';
import type { FieldOwnersPorts } from '../../../../src/release/observe/field-owners.ts';
import type { Pass } from '../../../../src/release/pass.ts';
import type { Plan } from '../../../../src/release/plan.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';

const FROM = { revision: 2, uid: 'uid-2' };
const OK = { kind: 'ok', durationMs: 1, output: '' } as const;

const owned = (manager: string, ...fields: readonly string[]): object => ({
  manager,
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
});

/** What is told of a run that changes who owns what, and how many objects were looked at. */
async function told(
  applyMethod: 'server' | 'client',
  forceConflicts = true,
  fields: readonly string[] = ['replicas'],
) {
  const events: Happening[] = [];
  let reads = 0;
  let applied = false;
  const object = (): KubeObject => {
    const managedFields = applied
      ? [owned('helm', ...fields)]
      : [owned('helm', 'paused'), owned('autoscaler', ...fields)];
    return { metadata: { name: 'web', managedFields } as KubeObject['metadata'] };
  };
  const ports = {
    readPayload: () =>
      Promise.resolve({
        applyMethod,
        objects: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' },
          { apiVersion: 'gone/v1', kind: 'Gone', name: 'web', namespace: 'shop' },
          { apiVersion: 'v1', kind: 'Forbidden', name: 'web', namespace: 'shop' },
        ],
      }),
    typeOf: (_apiVersion: string, kind: string) =>
      Promise.resolve(kind === 'Gone' ? undefined : { kind, namespaced: true }),
    metadataOf: ({ kind }: { readonly kind: string }) => ({
      get: () => {
        reads += 1;
        return kind === 'Forbidden' ? Promise.reject(new Error('forbidden')) : Promise.resolve(object());
      },
    }),
  } as unknown as FieldOwnersPorts;
  const pass = {
    target: { namespace: 'shop', releaseName: 'web' },
    signal: new AbortController().signal,
    log: silentLogger,
    release: () => object(),
  } as unknown as Pass;
  const outcome = await tellingTaken(
    pass,
    { settings: { forceConflicts } } as unknown as Plan,
    FROM,
    {
      fieldOwners: createFieldOwners(ports),
      events: {
        record: (event) => {
          events.push(event);
        },
        flush: () => Promise.resolve(),
        close: () => undefined,
      },
    },
    () => {
      applied = true;
      return Promise.resolve(OK);
    },
  );
  expect(outcome).to.equal(OK);
  return { messages: events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`), reads };
}

describe('the fields that an upgrade takes from others', () => {
  it('are told in an Event, each with its object and who had it', async () => {
    const { messages } = await told('server');

    expect(messages).to.have.length(1);
    expect(messages[0]).to.match(
      /^Normal FieldsTakenOver: helm took fields over: Deployment shop\/web: \.spec\.replicas from "autoscaler" \(to make it fail instead, set spec\.forceConflicts to false/,
    );
  });

  it('are counted beyond the first five', async () => {
    const { messages } = await told('server', true, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);

    expect(messages[0]).to.match(/\.spec\.e from "autoscaler"; and 2 more \(/);
  });

  it('are not looked for where the client applies, or where nothing is taken', async () => {
    expect(await told('client')).to.deep.equal({ messages: [], reads: 0 });
    expect(await told('server', false)).to.deep.equal({ messages: [], reads: 0 });
  });
});
