import { createHash } from 'node:crypto';
import { InvalidChartError } from '../../api/errors.ts';

/** What we need of the manifest of a chart. */
export interface ChartManifest {
  /** sha256:... of the manifest itself. */
  readonly digest: string;
  readonly layer: { readonly digest: string; readonly sha256: string };
}

const CHART_LAYERS: readonly unknown[] = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/tar+gzip', // what Helm wrote before 3.7
];

/** The index types are accepted so that one can be refused with a sentence. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/**
 * Reads a manifest and checks it against the digest it was asked for by, or that the registry says it has.
 * `subject` begins the message of the InvalidChartError.
 */
export function readManifest(body: Buffer, announced: string | undefined, subject: string): ChartManifest {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (announced?.startsWith('sha256:') === true && announced !== digest) {
    throw new InvalidChartError(
      `${subject} is not what it should be: the digest of its manifest is ${digest}, announced was ${announced}`,
    );
  }
  const layers = layersOf(body, subject);
  const layer = layers.find(({ mediaType }) => CHART_LAYERS.includes(mediaType));
  const found = /^sha256:([0-9a-f]{64})$/.exec(typeof layer?.digest === 'string' ? layer.digest : '');
  if (!found) {
    throw new InvalidChartError(
      `${subject} is not a Helm chart: it has no layer of a chart with a SHA-256 digest`,
    );
  }
  return { digest, layer: { digest: found[0], sha256: found[1] ?? '' } };
}

interface Layer {
  readonly mediaType?: unknown;
  readonly digest?: unknown;
}

function layersOf(body: Buffer, subject: string): readonly Layer[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(body.toString('utf8'));
  } catch {
    throw new InvalidChartError(`${subject} has a manifest that is not JSON`);
  }
  const { layers, manifests } = (typeof manifest === 'object' && manifest !== null ? manifest : {}) as {
    readonly layers?: unknown;
    readonly manifests?: unknown;
  };
  if (Array.isArray(manifests)) {
    throw new InvalidChartError(`${subject} is not a Helm chart: it is an index of several images`);
  }
  return Array.isArray(layers)
    ? layers.filter((layer): layer is Layer => typeof layer === 'object' && layer !== null)
    : [];
}
