import { expect } from 'chai';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../../src/kube/resource-type.ts';
import { createResource } from '../../../src/kube/resource.ts';
import { UnreachableError } from '../../../src/kube/errors.ts';
import type { WatchEvent } from '../../../src/kube/watch/watch-event.ts';
import { failureOf, never, thing, type Thing } from './support/fakes.ts';
import { apiFailure, fakeTransport } from './support/fake-transport.ts';

const TYPE = { group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };
const REF = { namespace: 'web', name: 'a' };

describe('a resource', () => {
  it('asks in the right place, with the right words', async () => {
    const transport = fakeTransport(() => thing('a', 1));
    const things = createResource<Thing>(transport, TYPE);
    const a = thing('a', 1);

    await things.get(REF, never());
    await things.create(a, never());
    await things.dryRunCreate(a, never());
    await things.replace(a, never());
    await things.replaceStatus(a, never());
    await things.mergePatch(REF, { color: 'red' }, never());
    await things.jsonPatch(REF, [{ op: 'remove', path: '/color' }], never());
    await things.apply(a, { fieldManager: 'me', force: true }, never());
    const strictly = { dryRun: true, fieldValidation: 'Strict' } as const;
    await things.apply(a, { fieldManager: 'me', force: false, ...strictly }, never());
    await things.delete(REF, { uid: 'u', resourceVersion: '1', propagationPolicy: 'Background' }, never());

    const all = '/apis/example.com/v1/namespaces/web/things';
    const one = `${all}/a`;
    const manager = { fieldManager: 'helm-operator' };
    const me = { fieldManager: 'me' };
    const merge = 'application/merge-patch+json';
    const apply = 'application/apply-patch+yaml';
    const found = transport.requests.map(({ verb, path, query, contentType }) => [
      verb,
      path,
      query,
      contentType,
    ]);
    expect(found).to.deep.equal([
      ['get', one, undefined, undefined],
      ['create', all, { ...manager, dryRun: undefined }, undefined],
      ['create', all, { ...manager, dryRun: 'All' }, undefined],
      ['update', one, manager, undefined],
      ['update', `${one}/status`, manager, undefined],
      ['patch', one, manager, merge],
      ['patch', one, manager, 'application/json-patch+json'],
      ['apply', one, { ...me, force: 'true', dryRun: undefined, fieldValidation: undefined }, apply],
      ['apply', one, { ...me, force: 'false', dryRun: 'All', fieldValidation: 'Strict' }, apply],
      ['delete', one, undefined, undefined],
    ]);
    expect(transport.requests[1]?.body).to.deep.equal({ ...a, apiVersion: 'example.com/v1', kind: 'Thing' });
    expect(transport.requests[6]?.body).to.deep.equal([{ op: 'remove', path: '/color' }]);
    expect(transport.requests[9]?.body).to.deep.include({
      preconditions: { uid: 'u', resourceVersion: '1' },
      propagationPolicy: 'Background',
    });
    expect(transport.requests[4]).to.include({ resource: 'things/status', subject: 'web/a' });
  });

  it('knows the core group, and kinds that live in no namespace', async () => {
    const transport = fakeTransport(() => thing('a', 1));

    await createResource(transport, NAMESPACES).get({ namespace: 'ignored', name: 'web' }, never());
    await createResource(transport, CONFIG_MAPS).list({}, never());

    expect(transport.requests.map(({ path }) => path)).to.deep.equal([
      '/api/v1/namespaces/web',
      '/api/v1/configmaps',
    ]);
  });

  it('asks for nothing by a name that would lead elsewhere, or to the whole collection', async () => {
    const transport = fakeTransport();
    const secrets = createResource(transport, SECRETS);

    for (const name of ['', '.', '..', '../../pods/a', 'a%2Fb']) {
      const one = await failureOf(secrets.delete({ namespace: 'web', name }, {}, never()));
      expect(one.message, name).to.equal(`"${name}" cannot be the name of an object`);
      if (name === '') continue;
      const other = await failureOf(secrets.get({ namespace: name, name: 'a' }, never()));
      expect(other.message, name).to.equal(`"${name}" cannot be the name of an object`);
    }
    expect(transport.requests).to.deep.equal([]);
  });

  it('gives nothing for what is not there, and passes on every other refusal', async () => {
    const transport = fakeTransport(() => {
      throw apiFailure(404);
    });
    const things = createResource<Thing>(transport, TYPE);

    expect(await things.get(REF, never())).to.equal(undefined);
    expect(await things.delete(REF, {}, never())).to.equal(false);
    expect((await failureOf(things.mergePatch(REF, {}, never()))).message).to.contain('404');
    transport.answer = () => {
      throw apiFailure(403);
    };
    expect((await failureOf(things.get(REF, never()))).message).to.contain('403');
    transport.answer = () => ({});
    expect(await things.delete(REF, {}, never())).to.equal(true);
  });

  it('says of every object what it is, also where the server does not', async () => {
    const transport = fakeTransport(({ verb }) =>
      verb === 'list'
        ? { metadata: { resourceVersion: '5' }, items: [thing('a', 1)] }
        : { ...thing('a', 1), apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' },
    );
    const secrets = createResource(transport, SECRETS, { metadataOnly: true });

    const { items } = await secrets.list({}, never());
    const got = await secrets.get(REF, never());

    for (const secret of [...items, got]) expect(secret).to.include({ apiVersion: 'v1', kind: 'Secret' });
  });

  it('never asks for more than metadata if that is all that is wanted', async () => {
    const transport = fakeTransport(({ verb }) => (verb === 'list' ? {} : thing('a', 1)));
    const secrets = createResource(transport, SECRETS, { metadataOnly: true });

    await secrets.list({}, never());
    await secrets.get(REF, never());
    await secrets.mergePatch(REF, {}, never());
    await secrets.watch(
      { resourceVersion: '1', timeoutSeconds: 9 },
      { idleMs: () => 9, onOpen: none, onEvent: none },
      never(),
    );

    for (const { accept } of transport.requests) {
      expect(accept).to.match(/^application\/json;as=PartialObjectMetadata(List)?;g=meta.k8s.io;v=v1$/);
    }
  });

  describe('lists', () => {
    const page = (names: string[], token?: string) => ({
      metadata: { resourceVersion: '9', ...(token === undefined ? {} : { continue: token }) },
      items: names.map((name) => thing(name, 1)),
    });

    it('page by page', async () => {
      const transport = fakeTransport(
        (_, nth) => [page(['a', 'b'], 'x'), page(['c'], 'y'), page(['d'])][nth - 1],
      );
      const selection = { namespace: 'web', labelSelector: 'owner=helm', fieldSelector: 'type=x' };

      const list = await createResource<Thing>(transport, TYPE, { pageSize: 2 }).list(selection, never());

      expect(list.items.map(({ metadata }) => metadata.name)).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(list.resourceVersion).to.equal('9');
      const selectors = { labelSelector: 'owner=helm', fieldSelector: 'type=x' };
      expect(transport.requests.map(({ query }) => query)).to.deep.equal([
        { ...selectors, limit: '2', continue: undefined },
        { ...selectors, limit: '2', continue: 'x' },
        { ...selectors, limit: '2', continue: 'y' },
      ]);
    });

    it('in pages of a hundred objects, or of five hundred with metadata only', async () => {
      const transport = fakeTransport(() => page(['a']));

      await createResource<Thing>(transport, TYPE).list({}, never());
      await createResource<Thing>(transport, TYPE, { metadataOnly: true }).list({}, never());

      expect(transport.requests.map(({ query }) => query?.['limit'])).to.deep.equal(['100', '500']);
    });

    it('anew, and without what came before, when the pages have expired on the way', async () => {
      const transport = fakeTransport((_, nth) => {
        if (nth === 2) throw apiFailure(410, 'Expired');
        return nth === 1 ? page(['a', 'gone'], 'x') : page(['a', 'b']);
      });

      const list = await createResource<Thing>(transport, TYPE).list({}, never());

      expect(list.items.map(({ metadata }) => metadata.name)).to.deep.equal(['a', 'b']);
    });

    it('not for ever when the pages expire each time', async () => {
      const transport = fakeTransport(({ query }) => {
        if (query?.['continue'] !== undefined) throw apiFailure(410, 'Expired');
        return page(['a'], 'x');
      });

      const error = await failureOf(createResource<Thing>(transport, TYPE).list({}, never()));

      expect(error.message).to.contain('410');
      expect(transport.requests).to.have.length(12);
    });
  });

  describe('watches', () => {
    const from = { resourceVersion: '7', timeoutSeconds: 300, labelSelector: 'a=b' };
    const watch = async (
      chunks: readonly string[],
    ): Promise<{ events: WatchEvent<Thing>[]; error?: Error }> => {
      const transport = fakeTransport();
      const events: WatchEvent<Thing>[] = [];
      transport.flow = (request, sink) => {
        expect(request.query).to.deep.equal({
          watch: 'true',
          allowWatchBookmarks: 'true',
          resourceVersion: '7',
          timeoutSeconds: '300',
          labelSelector: 'a=b',
          fieldSelector: undefined,
        });
        for (const chunk of chunks) sink.onChunk(Buffer.from(chunk));
        return Promise.resolve();
      };
      const sink = {
        idleMs: () => 9,
        onOpen: none,
        onEvent: (event: WatchEvent<Thing>) => events.push(event),
      };
      const watching = createResource<Thing>(transport, TYPE).watch(from, sink, never());
      try {
        await watching;
        return { events };
      } catch (caught) {
        return { events, error: caught as Error };
      }
    };
    const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

    it('events and bookmarks', async () => {
      const bookmark = { kind: 'Thing', metadata: { resourceVersion: '12' } };
      const lines =
        line('ADDED', thing('a', 8)) + line('MODIFIED', thing('a', 9)) + line('DELETED', thing('a', 10));

      const { events, error } = await watch([
        lines.slice(0, 50),
        lines.slice(50),
        line('BOOKMARK', bookmark),
      ]);

      expect(error).to.equal(undefined);
      expect(events.map((event) => event.kind)).to.deep.equal(['changed', 'changed', 'deleted', 'bookmark']);
      expect(events[0]).to.have.nested.property('object.kind', 'Thing');
      expect(events[3]).to.have.property('resourceVersion', '12');
    });

    const broken: readonly { readonly what: string; readonly chunks: readonly string[] }[] = [
      { what: 'a line that was cut, and the end', chunks: [line('ADDED', thing('a', 8)).slice(0, -20)] },
      {
        what: 'a line without its line feed, and the end',
        chunks: [line('ADDED', thing('a', 8)).slice(0, -1)],
      },
      {
        what: 'a line that was cut, and then more',
        chunks: ['{"type":"ADDED","obj\n', line('ADDED', thing('a', 8))],
      },
      { what: 'an event of a type that does not exist', chunks: [line('SURPRISE', thing('a', 8))] },
      { what: 'an event without an object', chunks: ['{"type":"ADDED"}\n'] },
    ];
    for (const { what, chunks } of broken) {
      it(`and fails on ${what}, rather than miss an event`, async () => {
        const { events, error } = await watch(chunks);

        expect(error).to.be.instanceOf(UnreachableError);
        expect(error?.message).to.equal('the watch of things broke off in the middle of a line');
        expect(events).to.deep.equal([]);
      });
    }

    it('and fails with what an ERROR event says', async () => {
      const status = {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: 'too old resource version: 7 (9)',
      };

      const { error } = await watch([line('ERROR', status)]);

      expect(error).to.include({ status: 410, statusReason: 'Expired' });
      expect(error?.message).to.equal('cannot watch things: too old resource version: 7 (9)');
    });
  });
});

function none(): void {
  // nobody listens
}
