import type { KubeObject } from '../kube/resource-type.ts';

interface Definition extends KubeObject {
  readonly spec?: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

export function kindsOf({
  spec,
}: Definition): readonly { readonly apiVersion: string; readonly kind: string }[] {
  return (spec?.versions ?? [])
    .filter(({ served }) => served)
    .map(({ name }) => ({ apiVersion: `${spec?.group ?? ''}/${name}`, kind: spec?.names.kind ?? '' }));
}
