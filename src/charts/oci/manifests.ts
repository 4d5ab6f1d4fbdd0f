import { createRecent } from '../recent.ts';
import { tlsKey } from '../http/tls.ts';
import { keyOf } from '../source.ts';
import { type ChartManifest, MANIFEST_TYPES, readManifest } from './manifest.ts';
import type { Registry, RegistryAccess } from './registry.ts';

export type ManifestAnswer =
  | { readonly kind: 'found'; readonly manifest: ChartManifest }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly status: number };

/** Manifests by tag or digest. One that is known already is only asked for its digest, which costs no pull. */
export interface Manifests {
  get(access: RegistryAccess, target: string, signal: AbortSignal): Promise<ManifestAnswer>;
}

const MAX_BYTES = 4_000_000;
const MAX_KNOWN = 2_000;

export function createManifests(registry: Registry): Manifests {
  const known = createRecent<ChartManifest>(MAX_KNOWN);

  return {
    get: async (access, target, signal) => {
      const { reference, credentials, tls, scope } = access;
      const key = keyOf([reference.shown, target, scope, JSON.stringify(credentials ?? ''), tlsKey(tls)]);
      const request = {
        path: `manifests/${target}`,
        headers: { accept: MANIFEST_TYPES },
        maxBytes: MAX_BYTES,
        signal,
      };

      const old = known.get(key);
      if (old) {
        const head = await registry.read(access, { ...request, method: 'HEAD' });
        const same = head.status === 200 && head.headers['docker-content-digest'] === old.digest;
        if (same) return { kind: 'found', manifest: old };
      }

      known.delete(key);
      const { status, headers, body } = await registry.read(access, request);
      if (status === 404) return { kind: 'missing' };
      if (status !== 200) return { kind: 'refused', status };
      const announced = target.startsWith('sha256:') ? target : headers['docker-content-digest'];
      const manifest = readManifest(body, [announced].flat()[0], `${reference.shown}:${target}`);
      return { kind: 'found', manifest: known.set(key, manifest) };
    },
  };
}
