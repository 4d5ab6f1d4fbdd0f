import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon from 'sinon';
import { syncFieldManager } from '../../../../src/api/names.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { ownFields } from '../../../../src/kube/managed-fields.ts';
import type { Resource } from '../../../../src/kube/resource.ts';
import type { ResourceType } from '../../../../src/kube/resource-type.ts';
import type { WatchSink } from '../../../../src/kube/watch/watch-collection.ts';
import { ownerLabels } from '../../../../src/sync/desire/mark.ts';
import type { OwnObject } from '../../../../src/sync/observe/own-object.ts';
import { createSyncWatches, type Expected, type SyncWatches } from '../../../../src/sync/observe/watches.ts';
import { half, recordingLogger, settle, testClock } from '../../kube/support/fakes.ts';

const SYNC = { namespace: 'team', name: 'apps' };
const KEY = 'team/apps';
const ACCOUNT = 'system:serviceaccount:team:default';
const TYPE: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
};

/** As the API server keeps it; `time` is when its GitSync's fields were last touched. */
function live(name: string, time: string, resourceVersion: string, uid = `uid-${name}`): OwnObject {
  const entry = { manager: syncFieldManager(SYNC), operation: 'Apply', time, fieldsV1: { 'f:data': {} } };
  const metadata = { name, namespace: 'shop', uid, resourceVersion, labels: ownerLabels(SYNC) };
  return { metadata: { ...metadata, managedFields: [entry] } as OwnObject['metadata'] };
}

function expected(name: string, time = '1', namespace = 'shop'): Expected {
  const fields = ownFields(live(name, time, '1'), syncFieldManager(SYNC)) ?? '';
  const id = { group: '', kind: 'ConfigMap', namespace, name };
  return { key: name, id, type: TYPE, uid: `uid-${name}`, fields };
}

describe('the watches of GitSyncs', () => {
  let timers: sinon.SinonFakeTimers;
  let log: ReturnType<typeof recordingLogger>;
  let watches: SyncWatches;
  let told: string[];
  let opened: string[];
  let sinks: WatchSink<OwnObject>[];
  let refusal: Error | undefined;
  let items: OwnObject[];
  let ended: number;

  const resource = (account: string): Resource<OwnObject> =>
    ({
      type: TYPE,
      currentVersion: ({ namespace = '' }: { namespace?: string }) => {
        opened.push(`${account} ${namespace}`);
        return refusal === undefined ? Promise.resolve('5') : Promise.reject(refusal);
      },
      async *pages() {
        yield await Promise.resolve({ items: [...items], resourceVersion: '5', first: true });
      },
      watch: (_: object, sink: WatchSink<OwnObject>, signal: AbortSignal) => {
        if (refusal !== undefined) return Promise.reject(refusal);
        sinks.push(sink);
        sink.onOpen();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended += 1;
            reject(signal.reason as Error);
          });
        });
      },
    }) as unknown as Resource<OwnObject>;
  const changed = (object: OwnObject): void => {
    sinks.at(-1)?.onEvent({ kind: 'changed', object });
  };

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    log = recordingLogger();
    [told, opened, sinks, items, refusal, ended] = [[], [], [], [live('web', '1', '3')], undefined, 0];
    watches = createSyncWatches({ log, clock: testClock, random: half, metadataOf: resource });
    watches.onDrift((sync) => told.push(sync));
  });
  afterEach(async () => {
    await watches.close();
    expect(timers.countTimers()).to.equal(0);
    timers.restore();
  });

  it('see a change of our fields, and none of others', async () => {
    expect(watches.isExpecting(KEY)).to.equal(false);
    watches.expect(KEY, ACCOUNT, [expected('web')]);
    await settle();
    expect([...watches.drifted(KEY)]).to.deep.equal([]);
    expect(told).to.deep.equal([KEY]); // there may have been a change before

    changed(live('web', '1', '6'));
    expect(told).to.have.length(1);
    changed(live('web', '2', '7'));
    expect(told).to.have.length(2);
    expect([...watches.drifted(KEY)]).to.deep.equal(['web']);

    watches.expect(KEY, ACCOUNT, [expected('web', '2')]);
    expect([...watches.drifted(KEY)]).to.deep.equal([]);
  });

  it('see what is deleted and what has another place, but wait for the end of what is being deleted', async () => {
    watches.expect(KEY, ACCOUNT, [expected('web')]);
    await settle();
    const going = live('web', '1', '6');
    changed({ metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(watches.drifted(KEY).size).to.equal(0);

    sinks[0]?.onEvent({ kind: 'deleted', object: live('web', '1', '7') });
    expect([...watches.drifted(KEY)]).to.deep.equal(['web']);
    changed(live('web', '1', '8', 'another'));
    expect([...watches.drifted(KEY)]).to.deep.equal(['web']);
    expect(told).to.have.length(3);
  });

  it('see nothing in a change of what is ignored, and open anew when other fields are', async () => {
    const withData = (time: string, fieldsV1: object): OwnObject => {
      const object = live('web', '1', time);
      const entry = { manager: syncFieldManager(SYNC), operation: 'Apply', fieldsV1 };
      return { metadata: { ...object.metadata, managedFields: [entry] } as OwnObject['metadata'] };
    };
    const [all, none] = [withData('6', { 'f:data': {}, 'f:size': {} }), withData('7', { 'f:data': {} })];
    const fields = ownFields(none, syncFieldManager(SYNC)) ?? '';
    const ignore = [{ kind: 'ConfigMap', pointers: [['size']] }];
    items = [all];
    watches.expect(KEY, ACCOUNT, [{ ...expected('web'), fields }], ignore);
    await settle();
    expect([...watches.drifted(KEY)]).to.deep.equal([]);

    told = [];
    changed(none);
    expect([told, ...watches.drifted(KEY)]).to.deep.equal([[]]);

    watches.expect(
      KEY,
      ACCOUNT,
      [{ ...expected('web'), fields }],
      [...ignore, { kind: 'Secret', pointers: [] }],
    );
    expect(opened).to.have.length(1);
    watches.expect(KEY, ACCOUNT, [{ ...expected('web'), fields }]);
    await settle();
    expect([opened.length, ended]).to.deep.equal([2, 1]);
    expect([...watches.drifted(KEY)]).to.deep.equal(['web']);
  });

  it('know nothing before they have seen all, nor of a GitSync that expects nothing', async () => {
    watches.expect(KEY, ACCOUNT, [expected('gone')]);
    expect(watches.drifted(KEY).size).to.equal(0);
    expect(watches.drifted('team/other').size).to.equal(0);
    await settle();
    expect([...watches.drifted(KEY)]).to.deep.equal(['gone']);
  });

  it('share one watch by account, kind and namespace, and end it with the last that needs it', async () => {
    watches.expect(KEY, ACCOUNT, [expected('web'), expected('api')]);
    watches.expect('team/other', ACCOUNT, [expected('db')]);
    watches.expect('team/third', 'somebody', [expected('db'), expected('db', '1', 'elsewhere')]);
    await settle();
    expect(opened).to.deep.equal([`${ACCOUNT} shop`, 'somebody shop', 'somebody elsewhere']);

    watches.forget(KEY);
    await settle();
    expect([watches.isExpecting(KEY), ended]).to.deep.equal([false, 0]);
    watches.expect('team/other', ACCOUNT, []);
    watches.forget('team/third');
    await settle();
    expect(ended).to.equal(3);
  });

  it('wait for a right that the account does not have yet, and say so once', async () => {
    refusal = new ApiError('no', { status: 403, statusReason: 'Forbidden' });
    watches.expect(KEY, ACCOUNT, [expected('web')]);
    await timers.tickAsync(900_000);
    expect(opened.length).to.be.within(5, 12);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]?.fields).to.include({ why: 'the account may not list them', resource: 'configmaps' });

    refusal = undefined;
    await timers.tickAsync(300_000);
    changed(live('web', '2', '7'));
    expect([...watches.drifted(KEY)]).to.deep.equal(['web']);
  });

  it('say once that a right is lost', async () => {
    watches.expect(KEY, ACCOUNT, [expected('web')]);
    await settle();
    refusal = new ApiError('no', { status: 403, statusReason: 'Forbidden' });
    await watches.close(); // ends the running watch of the old rights
    watches = createSyncWatches({
      ...{ log, clock: testClock, random: half },
      metadataOf: (account) => ({ ...resource(account), currentVersion: () => Promise.resolve('5') }),
    });
    watches.expect(KEY, ACCOUNT, [expected('web')]);

    await timers.tickAsync(3_600_000);

    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
  });

  it('look at two hundred kinds and namespaces, and say what they leave out', () => {
    const objects = Array.from({ length: 203 }, (_, n) =>
      expected(`web-${String(n)}`, '1', `ns-${String(n)}`),
    );

    watches.expect(KEY, ACCOUNT, objects);

    expect(opened).to.have.length(200);
    expect(log.lines.map(({ fields }) => fields['objects'])).to.deep.equal([3]);
  });
});
