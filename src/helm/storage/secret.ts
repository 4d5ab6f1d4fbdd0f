import type { KubeObject } from '../../kube/resource-type.ts';

/** The Secret in which Helm keeps one revision of a release. */
export interface ReleaseSecret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export function secretNameOf(release: string, revision: number): string {
  return `sh.helm.release.v1.${release}.v${String(revision)}`;
}
