import { dump } from 'js-yaml';
import type { Files } from '../generated/generated.ts';
import { GIT_SYNC, GIT_SYNC_PROSE } from './git-sync.ts';
import { HELM_RELEASE, HELM_RELEASE_PROSE } from './helm-release.ts';
import { definitionOf, type KindDefinition } from './kind.ts';
import { type Prose, referenceOf } from './reference.ts';

/** Every file that is made from the schema in src/api, by its path in the repository. */
export function generatedFiles(): Files {
  return new Map([...filesOf(HELM_RELEASE, HELM_RELEASE_PROSE), ...filesOf(GIT_SYNC, GIT_SYNC_PROSE)]);
}

function filesOf(kind: KindDefinition, prose: Prose): readonly (readonly [file: string, content: string])[] {
  const definition = [
    '# Written by `npm run crds` from the schema in src/api; do not edit it here.',
    dump(definitionOf(kind), { lineWidth: 120, noRefs: true }),
  ].join('\n');
  return [
    [`crds/${kind.singular}.yaml`, definition],
    [`charts/helm-release-operator/crds/${kind.singular}.yaml`, definition],
    [`docs/reference/${kind.singular}.md`, referenceOf(kind, prose)],
  ];
}
