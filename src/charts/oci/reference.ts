import { InvalidSpecError } from '../../api/errors.ts';
import { withoutSecrets } from '../source.ts';

/** oci://host/folder/chart, which may end with :tag or @sha256:digest. */
export interface OciReference {
  /** With the port, if there is one. */
  readonly host: string;
  /** `folder/chart` */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** For messages: without tag and digest. */
  readonly shown: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^oci://([a-zA-Z0-9.-]+|\\[[0-9a-fA-F:]+\\])(:[0-9]+)?/(${COMPONENT}(?:/${COMPONENT})*)` +
    '(?::([A-Za-z0-9_+][A-Za-z0-9._+-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$',
);
const MAX_LENGTH = 1_000;

export function parseReference(url: string): OciReference {
  const parts = url.length <= MAX_LENGTH ? REFERENCE.exec(url) : null;
  if (!parts) {
    throw new InvalidSpecError(
      `${withoutSecrets(url)} is not the address of a chart in a registry, such as oci://registry.example.com/charts/web, all in lower case`,
    );
  }
  const [, domain = '', port = '', name = '', tag, digest] = parts;
  const host = `${domain.toLowerCase()}${port}`;
  return { host, name, tag, digest, shown: `oci://${host}/${name}` };
}

/** A tag cannot hold the plus sign of build metadata; Helm puts an underscore in its place. */
export function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

export function versionOf(tag: string): string {
  return tag.replaceAll('_', '+');
}
