import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { loadAll } from 'js-yaml';
import type { Stage } from '../stage/stage.ts';
import { CHART_NAME, chartFilesIn } from './chart-files.ts';
import { expectDone, inParallel } from './fleet.ts';
import { NAMESPACE, releaseValues } from './releases.ts';

const run = promisify(execFile);
const [pack, unpack] = [
  promisify<Buffer, { level: number }, Buffer>(gzip),
  promisify<Buffer, Buffer>(gunzip),
];

/** A name that stands nowhere else in a release, so that it can be replaced as text. */
const SEED = 'ready-made-seed';
const AT_ONCE = 16;

interface ReleaseSecret {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly data: { readonly release: string };
}
interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const PATHS: Readonly<Record<string, string>> = {
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
  Service: `/api/v1/namespaces/${NAMESPACE}/services`,
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  Ingress: `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses`,
};

/**
 * Puts releases there as helm leaves them, objects and record, without a helm run for each: one is installed by helm
 * itself, and all others are its copies under other names. The operator has to take them over.
 */
export async function makeReleases(stage: Stage, names: readonly string[]): Promise<void> {
  const seed = await installSeed(stage);
  const { client } = stage.plane;
  await inParallel(names, AT_ONCE, async (name) => {
    for (const object of seed.objects) {
      const path = PATHS[object.kind] ?? '';
      expectDone(await client.send('POST', path, named(object, name)), `POST ${path}`);
    }
    const secrets = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    expectDone(await client.send('POST', secrets, await secretFor(seed, name)), `POST ${secrets}`);
  });
}

interface Seed {
  readonly secret: ReleaseSecret;
  /** What Helm stores, as text. */
  readonly release: string;
  readonly objects: readonly ManifestObject[];
}

async function installSeed({ dir, helm, plane, kubectl }: Stage): Promise<Seed> {
  const home = join(dir, 'ready-made');
  for (const [path, text] of Object.entries(await chartFilesIn(CHART_NAME))) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  await writeFile(join(home, 'values.json'), JSON.stringify(releaseValues()));
  const helmRun = (...args: readonly string[]) =>
    run(helm, [...args, `--kubeconfig=${plane.kubeconfig}`, `--namespace=${NAMESPACE}`], {
      env: { HOME: home },
    });
  await helmRun('install', SEED, join(home, CHART_NAME), `--values=${join(home, 'values.json')}`);
  const name = `sh.helm.release.v1.${SEED}.v1`;
  const secret = JSON.parse(
    await kubectl(['get', 'secret', name, '-n', NAMESPACE, '-o', 'json']),
  ) as ReleaseSecret;
  const inner = Buffer.from(Buffer.from(secret.data.release, 'base64').toString('latin1'), 'base64');
  const release = (await unpack(inner)).toString('utf8');
  const { manifest } = JSON.parse(release) as { manifest: string };
  await helmRun('uninstall', SEED);
  const objects = (loadAll(manifest) as (ManifestObject | null)[]).filter((each) => each !== null);
  return { secret, release, objects: objects.map(asHelmMakesIt) };
}

function asHelmMakesIt(object: ManifestObject): ManifestObject {
  const { metadata } = object;
  const annotations = {
    'meta.helm.sh/release-name': SEED,
    'meta.helm.sh/release-namespace': NAMESPACE,
  };
  const labels = { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
  return { ...object, metadata: { ...metadata, labels, annotations } as ManifestObject['metadata'] };
}

function named<T>(object: T, name: string): T {
  return JSON.parse(JSON.stringify(object).replaceAll(SEED, name)) as T;
}

async function secretFor({ secret, release }: Seed, name: string): Promise<object> {
  const packed = await pack(Buffer.from(release.replaceAll(SEED, name)), { level: 9 });
  const { metadata } = named(secret, name);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: metadata.name, namespace: NAMESPACE, labels: metadata.labels },
    data: { release: Buffer.from(packed.toString('base64'), 'latin1').toString('base64') },
  };
}
