import { expect } from 'chai';
import { createDocumentReader, type Document } from '../../../src/kube/documents.ts';

const { signal } = new AbortController();

/** Objects on a server, each with its own number of bytes, and the names that were asked for there. */
function createServer(maxBytes: number) {
  const objects = new Map<string, Document>();
  const asked: string[] = [];
  const read = createDocumentReader(
    {
      get: ({ name }) => {
        asked.push(name);
        return Promise.resolve(objects.get(name));
      },
    },
    { get: (key) => objects.get(key.replace('shop/', '')) },
    maxBytes,
  );
  return {
    asked,
    put: (name: string, bytes: number, resourceVersion = '1') => {
      objects.set(name, { metadata: { name, resourceVersion }, data: { 'values.yaml': 'x'.repeat(bytes) } });
    },
    delete: (name: string) => objects.delete(name),
    read: (name: string) => read({ namespace: 'shop', name }, signal),
  };
}

describe('the reader of ConfigMaps and Secrets', () => {
  it('asks the server again only when the watch shows another version', async () => {
    const server = createServer(10_000);
    server.put('a', 10);
    await server.read('a');
    await server.read('a');
    server.put('a', 20, '2');
    const changed = await server.read('a');
    server.delete('a');

    expect(changed?.data?.['values.yaml']).to.have.length(20);
    expect(await server.read('a')).to.equal(undefined);
    expect(server.asked).to.deep.equal(['a', 'a', 'a']);
  });

  it('asks once for all who want the same version at the same time, and again for who has seen a newer one', async () => {
    const server = createServer(10_000);
    server.put('a', 10);
    const first = [server.read('a'), server.read('a')];
    server.put('a', 20, '2');
    const second = [server.read('a'), server.read('a')];
    await Promise.all([...first, ...second]);

    expect(server.asked).to.deep.equal(['a', 'a']);
  });

  it('keeps as many as fit, however many these are, and drops those that came first', async () => {
    const server = createServer(10_000);
    server.put('large', 9_000);
    server.put('a', 100);
    server.put('b', 100);
    for (const name of ['large', 'a', 'b', 'large', 'a', 'b']) await server.read(name);
    expect(server.asked).to.deep.equal(['large', 'a', 'b']);

    server.put('other', 9_000);
    for (const name of ['other', 'b', 'other', 'a', 'large']) await server.read(name);

    expect(server.asked.slice(3)).to.deep.equal(['other', 'large']);
  });

  it('counts a new version in place of the old one', async () => {
    const server = createServer(10_000);
    server.put('a', 100);
    await server.read('a');
    for (let version = 2; version < 10; version += 1) {
      server.put('changing', 8_000, String(version));
      await server.read('changing');
    }
    await server.read('a');

    expect(server.asked.filter((name) => name === 'a')).to.have.length(1);
  });
});
