import { ChartUnavailableError, InvalidSpecError } from '../../api/errors.ts';
import type { DockerLogin } from '../access/docker-login.ts';
import type { Archives } from '../archives.ts';
import type { OciChartSource } from '../chart.ts';
import { refusalOf } from '../http/refusal.ts';
import { tlsKey } from '../http/tls.ts';
import type { Lookup } from '../lookup.ts';
import { keyOf } from '../source.ts';
import { chooseVersion } from '../versions/choose.ts';
import { newestFirst } from '../versions/pick.ts';
import { isStrictVersion, parseVersion } from '../versions/version.ts';
import { createManifests } from './manifests.ts';
import { type OciReference, parseReference, tagOf, versionOf } from './reference.ts';
import type { Registry, RegistryAccess } from './registry.ts';
import { listTags } from './tags.ts';

const NEWEST_SHOWN = 5;

/** Looks a chart up in an OCI registry: tag, manifest, and the layer that is the archive. */
export function createOciCharts(o: {
  readonly registry: Registry;
  readonly archives: Archives;
  readonly login: Pick<DockerLogin, 'find'>;
}): Lookup<OciChartSource> {
  const manifests = createManifests(o.registry);

  const candidates = async (
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<readonly { version: string; tag: string }[]> =>
    (await listTags(o.registry, access, signal))
      .map((tag) => ({ tag, version: versionOf(tag) }))
      .filter(({ version }) => isStrictVersion(version));

  const newestTag = async (access: RegistryAccess, wanted: string, signal: AbortSignal): Promise<string> =>
    chooseVersion(await candidates(access, signal), wanted, `chart ${access.reference.shown}`).tag;

  const missing = async (access: RegistryAccess, wanted: string, signal: AbortSignal): Promise<Error> => {
    const { shown } = access.reference;
    const others = newestFirst(await candidates(access, signal)).map(({ version }) => version);
    const newest = others.slice(0, NEWEST_SHOWN).join(', ');
    return new ChartUnavailableError(
      `chart ${shown} has no version ${wanted}${newest === '' ? '' : `: the newest are ${newest}`}`,
    );
  };

  /** Who brings no Secret is let in by what the operator itself is logged in with. */
  const accessOf = ({ url, auth, tls, scope }: OciChartSource): RegistryAccess => {
    const reference = parseReference(url);
    const { host, name } = reference;
    const credentials = auth ?? (scope === '' ? o.login.find(host, name) : undefined);
    return { reference, credentials, tls, scope };
  };

  return async (source, { signal }) => {
    const access = accessOf(source);
    const { reference } = access;
    const wanted = versionWanted(source.version, reference);
    const target =
      reference.digest ?? (parseVersion(wanted) ? tagOf(wanted) : await newestTag(access, wanted, signal));

    const found = await manifests.get(access, target, signal);
    if (found.kind === 'missing') throw await missing(access, wanted, signal);
    if (found.kind === 'refused') {
      const authorized = access.credentials !== undefined;
      throw refusalOf(`chart ${reference.shown} ${wanted}`, { status: found.status, authorized });
    }

    const { digest, sha256 } = found.manifest.layer;
    const chart = await o.archives.fetch(
      {
        key: keyOf([
          'oci',
          reference.host,
          reference.name,
          source.scope,
          JSON.stringify(access.credentials ?? ''),
          tlsKey(access.tls),
          digest,
        ]),
        subject: `the archive of chart ${reference.shown} ${wanted}`,
        sha256,
        authorized: access.credentials !== undefined,
        send: ({ file, ...request }) =>
          o.registry.download(access, { path: `blobs/${digest}`, ...request }, file),
      },
      signal,
    );
    return { ...chart, revision: chart.version };
  };
}

/** Like helm, takes a version in the reference for one in the field, but not two that differ. */
function versionWanted(version: string, { tag, shown }: OciReference): string {
  const own = tag === undefined ? undefined : versionOf(tag);
  if (version === '' || own === undefined || own === version) return version === '' ? (own ?? '') : version;
  throw new InvalidSpecError(
    `chart ${shown} is asked for with the version ${version} and with the tag ${tag ?? ''}: leave one of them out`,
  );
}
