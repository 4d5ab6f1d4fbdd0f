import { expect } from 'chai';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { SECRETS } from '../../../src/kube/resource-type.ts';
import type { ControlPlane } from '../../../hack/testenv/testenv.ts';

/** A revision of a release as the labels of Helm's Secret show it. */
export interface SeenRevision {
  readonly release: string;
  readonly revision: number;
  readonly status: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One namespace, seen and changed by single requests: kubectl would take longer than many a helm. */
export interface View {
  readonly revisions: (states?: readonly string[]) => Promise<readonly SeenRevision[]>;
  readonly releases: () => Promise<readonly HelmRelease[]>;
  readonly configText: (release: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  readonly apply: (release: HelmRelease) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

interface SecretItem {
  readonly metadata: { readonly uid: string; readonly labels: Readonly<Record<string, string>> };
}

export function viewOf({ client }: ControlPlane, namespace: string): View {
  const objects = `/apis/helm.fluxcd.io/v1/namespaces/${namespace}/helmreleases`;
  const core = `/api/${SECRETS.version}/namespaces/${namespace}`;

  async function list<T>(path: string): Promise<readonly T[]> {
    const response = await client.send('GET', path);
    expect(response.status, response.text).to.equal(200);
    return (response.json() as { readonly items: readonly T[] }).items;
  }

  return {
    revisions: async (states) => {
      const selector = `owner=helm${states === undefined ? '' : `,status in (${states.join(',')})`}`;
      const items = await list<SecretItem>(
        `${core}/${SECRETS.plural}?labelSelector=${encodeURIComponent(selector)}`,
      );
      return items
        .map(({ metadata: { uid, labels } }) => ({
          release: labels['name'] ?? '',
          revision: Number(labels['version']),
          status: labels['status'] ?? '',
          uid,
          labels,
        }))
        .sort((a, b) => a.revision - b.revision);
    },
    releases: () => list<HelmRelease>(objects),
    configText: async (release) => {
      const response = await client.send('GET', `${core}/configmaps/${release}`);
      return response.status === 404
        ? undefined
        : (response.json() as { readonly data?: Readonly<Record<string, string>> }).data?.['text'];
    },
    exists: async (path) => (await client.send('GET', path)).status !== 404,
    apply: async (release) => {
      const { name } = release.metadata;
      const path = `${objects}/${name}?fieldManager=test&force=true`;
      const response = await client.send('PATCH', path, release, 'application/apply-patch+yaml');
      expect(response.status, response.text).to.be.oneOf([200, 201]);
    },
    remove: async (name) => {
      const response = await client.send('DELETE', `${objects}/${name}`);
      expect(response.status, response.text).to.be.oneOf([200, 202]);
    },
  };
}
