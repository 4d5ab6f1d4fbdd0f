import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childKubeconfig, loadConnection, type Connection } from '../../../src/kube/connection.ts';
import { KubeconfigError } from '../../../src/kube/errors.ts';

const CA = '-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function kubeconfig(user: string, cluster = `server: https://10.0.0.1:6443`): string {
  return `
apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster:
    ${cluster}
    certificate-authority-data: ${base64(CA)}
users:
- name: robot
  user:
    ${user}
contexts:
- name: main
  context: {cluster: prod, user: robot, namespace: flux}
current-context: main
`;
}

describe('loadConnection', () => {
  let dir: string;
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hro-connection-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('takes server, credentials and namespace from the current context of the given file', async () => {
    const path = await file('config', kubeconfig('token: s3cret'));

    const connection = loadConnection({ kubeconfig: path, env: { KUBECONFIG: '/nonexistent' } });
    const credentials = await connection.credentials.current();

    expect(connection.server.href).to.equal('https://10.0.0.1:6443/');
    expect(connection.namespace).to.equal('flux');
    expect(credentials.token).to.equal('s3cret');
    expect(credentials.tls.ca).to.equal(CA);
  });

  it('reads KUBECONFIG of the given environment, several files too, of which the first wins', async () => {
    const first = await file(
      'first',
      `current-context: main\nusers: [{name: robot, user: {token: of-first}}]\n`,
    );
    const second = await file('second', kubeconfig('token: of-second'));
    const missing = join(dir, 'missing');

    const connection = loadConnection({ env: { KUBECONFIG: `${missing}:${first}:${second}` } });

    expect((await connection.credentials.current()).token).to.equal('of-first');
    expect(connection.server.host).to.equal('10.0.0.1:6443');
  });

  const tokenFiles: readonly { readonly notation: string; readonly text: () => string }[] = [
    { notation: 'a line of YAML', text: () => kubeconfig('tokenFile: token # swapped every hour') },
    {
      notation: 'JSON',
      text: () =>
        JSON.stringify({
          clusters: [{ name: 'prod', cluster: { server: 'https://10.0.0.1' } }],
          users: [{ name: 'robot', user: { tokenFile: join(dir, 'token') } }],
          contexts: [{ name: 'main', context: { cluster: 'prod', user: 'robot' } }],
          'current-context': 'main',
        }),
    },
  ];
  for (const { notation, text } of tokenFiles) {
    it(`follows a tokenFile written as ${notation}, relative to the kubeconfig`, async () => {
      await file('token', 'from-file\n');
      const path = await file('config', text());

      const connection = loadConnection({ kubeconfig: path, env: {} });

      expect((await connection.credentials.current()).token).to.equal('from-file');
      expect(connection.tokenFile).to.equal(join(dir, 'token'));
    });
  }

  it('lets --master override the server and keeps the credentials', async () => {
    const path = await file('config', kubeconfig('token: s3cret'));

    const connection = loadConnection({ kubeconfig: path, master: 'https://other:8443/base', env: {} });

    expect(connection.server.href).to.equal('https://other:8443/base');
    expect((await connection.credentials.current()).token).to.equal('s3cret');
  });

  it('goes to --master without credentials when that is all it is told', async () => {
    const connection = loadConnection({ master: 'http://127.0.0.1:8001', env: {} });

    expect((await connection.credentials.current()).token).to.equal(undefined);
    expect(connection.server.port).to.equal('8001');
  });

  it('uses the service account of the pod it runs in', async () => {
    await file('token', 'pod-token');
    await file('ca.crt', CA);
    await file('namespace', 'flux\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

    const connection = loadConnection({ env, serviceAccountDir: dir });
    const { token, tls } = await connection.credentials.current();

    expect(connection.server.href).to.equal('https://[fd00::1]/');
    expect(connection).to.include({ namespace: 'flux', isPod: true });
    expect([token, tls.ca]).to.deep.equal(['pod-token', CA]);
  });

  describe('says what is wrong when', () => {
    const rows: readonly {
      readonly when: string;
      readonly text?: string;
      readonly master?: string;
      readonly says: string;
    }[] = [
      { when: 'nothing is given', says: 'give --kubeconfig, set KUBECONFIG, or run in a pod' },
      { when: 'the file has no current context', text: 'clusters: []', says: 'has no current-context' },
      { when: 'the context is not there', text: 'current-context: lost', says: 'has no context "lost"' },
      {
        when: 'the cluster is not there',
        text: 'current-context: a\ncontexts: [{name: a, context: {cluster: lost, user: b}}]',
        says: 'has no cluster "lost", which context "a" names',
      },
      { when: 'the file is not YAML', text: '{{{', says: 'is not valid' },
      { when: 'the file is empty', text: '', says: 'is not valid' },
      {
        when: 'the server would be reached without encryption',
        text: kubeconfig('token: a', 'server: http://10.0.0.1:8080'),
        says: 'plain http is for loopback addresses only',
      },
      {
        when: 'the server is no address',
        text: kubeconfig('token: a', 'server: not an address'),
        says: 'https://host:port',
      },
      { when: 'the address has another scheme', master: 'ftp://10.0.0.1', says: 'https://host:port' },
      {
        when: 'the proxy is of another kind',
        text: kubeconfig('token: a', 'server: https://10.0.0.1\n    proxy-url: socks5://10.0.0.2'),
        says: 'must be an http:// or https:// one',
      },
    ];
    for (const { when, text, master, says } of rows) {
      it(when, async () => {
        const path = text === undefined ? undefined : await file('config', text);

        expect(() => loadConnection({ kubeconfig: path, master, env: {} })).to.throw(KubeconfigError, says);
      });
    }

    it('the file is not there, by its name', () => {
      expect(() => loadConnection({ kubeconfig: join(dir, 'lost'), env: {} })).to.throw(
        KubeconfigError,
        'lost',
      );
    });
  });

  describe('makes a kubeconfig for children', () => {
    interface Written {
      readonly clusters: readonly { readonly cluster: Readonly<Record<string, unknown>> }[];
      readonly users: readonly { readonly user: Readonly<Record<string, unknown>> }[];
      readonly contexts: readonly { readonly context: Readonly<Record<string, unknown>> }[];
    }
    const written = async (connection: Connection) => {
      const parsed = JSON.parse(await childKubeconfig(connection)) as Written;
      return {
        cluster: parsed.clusters[0]?.cluster,
        user: parsed.users[0]?.user,
        context: parsed.contexts[0]?.context,
      };
    };

    it('that holds everything itself', async () => {
      await file('robot.crt', 'CERT');
      await file('robot.key', 'KEY');
      const path = await file(
        'config',
        kubeconfig('client-certificate: robot.crt\n    client-key: robot.key'),
      );

      const { cluster, user, context } = await written(loadConnection({ kubeconfig: path, env: {} }));

      expect(cluster).to.deep.equal({
        server: 'https://10.0.0.1:6443',
        'certificate-authority-data': base64(CA),
      });
      expect(user).to.deep.equal({
        'client-certificate-data': base64('CERT'),
        'client-key-data': base64('KEY'),
      });
      expect(context).to.deep.equal({ cluster: 'default', user: 'default', namespace: 'flux' });
    });

    it('that points at a token file, so that a long run outlives the token', async () => {
      await file('token', 'pod-token');
      await file('ca.crt', CA);
      const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

      const { user } = await written(loadConnection({ env, serviceAccountDir: dir }));

      expect(user).to.deep.equal({ tokenFile: join(dir, 'token') });
    });

    it('with the token that a credential plugin gave, not with the plugin', async () => {
      const reply = { kind: 'ExecCredential', status: { token: 'from-plugin' } };
      const script = `echo '${JSON.stringify(reply)}'; test -n "$KUBERNETES_EXEC_INFO"`;
      const exec = JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'sh',
        args: ['-c', script],
      });
      const path = await file('config', kubeconfig(`exec: ${exec}`));

      const { user } = await written(loadConnection({ kubeconfig: path, env: {} }));

      expect(user).to.deep.equal({ token: 'from-plugin' });
    });

    it('without a CA where the kubeconfig asks not to verify, since helm refuses both', async () => {
      const path = await file(
        'config',
        kubeconfig('token: a', 'server: https://10.0.0.1\n    insecure-skip-tls-verify: true'),
      );

      const { cluster } = await written(loadConnection({ kubeconfig: path, env: {} }));

      expect(cluster).to.deep.equal({ server: 'https://10.0.0.1', 'insecure-skip-tls-verify': true });
    });
  });
});
