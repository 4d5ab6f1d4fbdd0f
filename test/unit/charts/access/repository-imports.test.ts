import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { createAuthority } from '../../../../hack/testenv/tls/authority.ts';
import { CredentialsError } from '../../../../src/api/errors.ts';
import {
  openRepositoryImports,
  type RepositoryImports,
} from '../../../../src/charts/access/repository-imports.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { eventually } from '../../../support/eventually.ts';

const authority = createAuthority('charts');
const client = authority.issue({ commonName: 'client' });

describe('Helm repositories that are imported', () => {
  let dir: string;
  let log: string;
  let opened: RepositoryImports[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imports-'));
    log = '';
    opened = [];
  });
  afterEach(async () => {
    for (const imports of opened) imports.close();
    await rm(dir, { recursive: true });
  });

  const write = (name: string, content: string | readonly object[]): Promise<void> =>
    writeFile(
      join(dir, name),
      typeof content === 'string' ? content : dump({ apiVersion: 'v1', repositories: content }),
    );
  const open = async (...names: readonly string[]): Promise<RepositoryImports> => {
    const logger = createLogger({ format: 'fmt', level: 'info', write: (line) => (log += line) });
    const files = names.map((name) => join(dir, name));
    const imports = await openRepositoryImports({ files, log: logger, lookEveryMs: 5 });
    opened.push(imports);
    return imports;
  };

  it('are found by URL and by name, the first of several', async () => {
    await write('a', [
      {
        name: 'x',
        url: 'https://x.example.com',
        username: 'me',
        password: 'pass-of-me',
        pass_credentials_all: true,
      },
    ]);
    await write('b', [
      { name: 'x', url: 'https://x.example.com', username: 'other', password: 'pass-of-other' },
      { name: 'y', url: 'https://y.example.com/charts' },
    ]);
    const imports = await open('a', 'b');

    expect(imports.find('https://x.example.com/?q')).to.deep.include({
      ...{ auth: { username: 'me', password: 'pass-of-me' }, everywhere: true, tls: {} },
    });
    expect(imports.find('https://y.example.com/charts/')).to.deep.include({
      ...{ auth: undefined, everywhere: false },
    });
    expect(imports.find('https://z.example.com')).to.equal(undefined);
    expect(imports.urlOf('y')).to.equal('https://y.example.com/charts');
    expect(imports.urlOf('z')).to.equal(undefined);
    expect(log).to.include('repositories=1').and.to.include('repositories=2').and.not.to.include('pass-of');
  });

  it('bring their certificates, also from beside the file', async () => {
    await writeFile(join(dir, 'ca.crt'), authority.certificatePem);
    await writeFile(join(dir, 'tls.crt'), client.certificatePem);
    await writeFile(join(dir, 'tls.key'), client.keyPem);
    await write('a', [
      {
        ...{ name: 'x', url: 'https://x.example.com', caFile: join(dir, 'ca.crt'), certFile: 'tls.crt' },
        ...{ keyFile: './tls.key', insecure_skip_tls_verify: true },
      },
    ]);

    expect((await open('a')).find('https://x.example.com')?.tls).to.deep.equal({
      ca: authority.certificatePem,
      certificate: { cert: client.certificatePem, key: client.keyPem },
      skipVerify: true,
    });
  });

  for (const [what, entry, why] of [
    ['a CA that is not there', { caFile: 'ca.crt' }, 'its caFile ca.crt does not exist'],
    ['a CA that is none', { caFile: 'text' }, 'its caFile holds no certificate in PEM'],
    [
      'a certificate without its key',
      { certFile: 'tls.crt' },
      'certFile and keyFile belong together, but one of them is missing',
    ],
    [
      'a key of something else',
      { certFile: 'tls.crt', keyFile: 'other.key' },
      'its keyFile is not the key of its certFile',
    ],
    [
      'a key that is none',
      { certFile: 'tls.crt', keyFile: 'text' },
      'its keyFile holds no private key in PEM that can be used without a passphrase',
    ],
  ] as const) {
    it(`say so to who needs them when they have ${what}, and the others work`, async () => {
      await writeFile(join(dir, 'text'), 'hello');
      await writeFile(join(dir, 'tls.crt'), client.certificatePem);
      await writeFile(join(dir, 'other.key'), authority.keyPem);
      await write('a', [
        { name: 'bad', url: 'https://bad.example.com', ...entry },
        { name: 'good', url: 'https://good.example.com' },
      ]);
      const imports = await open('a');

      expect(() => imports.find('https://bad.example.com')).to.throw(
        CredentialsError,
        `repository "bad" of ${join(dir, 'a')} cannot be used: ${why}`,
      );
      expect(imports.find('https://good.example.com')).to.have.property('name', 'good');
      expect(log).to.include('a Helm repository cannot be used');
    });
  }

  it('are noticed when their file comes, and when a file that they name does', async () => {
    const imports = await open('a');
    expect(imports.find('https://x.example.com')).to.equal(undefined);
    expect(log).to.include('could not import Helm repositories').and.to.include('does not exist');
    let changes = 0;
    imports.onChange(() => (changes += 1));

    await write('a', [{ name: 'x', url: 'https://x.example.com', caFile: 'ca.crt' }]);
    await eventually(() => {
      expect(() => imports.find('https://x.example.com')).to.throw(/caFile/);
    });
    await writeFile(join(dir, 'ca.crt'), authority.certificatePem);

    await eventually(() => {
      expect(imports.find('https://x.example.com')?.tls.ca).to.equal(authority.certificatePem);
    });
    expect(changes).to.be.greaterThanOrEqual(2);
  });

  it('stay as they were while their file is broken, and go when it goes', async () => {
    await write('a', [{ name: 'x', url: 'https://x.example.com', username: 'me', password: 's3cret' }]);
    const imports = await open('a');

    await write('a', 'repositories:\n- password: "s3cret');
    await eventually(() => {
      expect(log).to.include('is not YAML');
    });
    expect(imports.find('https://x.example.com')?.auth?.password).to.equal('s3cret');
    expect(log).not.to.include('s3cret');

    await rm(join(dir, 'a'));
    await eventually(() => {
      expect(imports.find('https://x.example.com')).to.equal(undefined);
    });
  });
});
