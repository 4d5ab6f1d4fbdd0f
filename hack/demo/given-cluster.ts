import type { Demo } from './demo.ts';
import { GIT_SYNC } from './git-sync.ts';
import { HELM_RELEASE } from './release.ts';
import { expect } from './step-failed.ts';

const OURS = 'helm-release-operator.io/demo';
const CLEAN_UP_MS = 120_000;

const KINDS = { HelmReleases: HELM_RELEASE, GitSyncs: GIT_SYNC };

/**
 * Makes sure that the demo meets nobody in a cluster that it does not own, and takes back what it puts there. Who has
 * HelmReleases or GitSyncs already has an operator for them, which would take ours as well.
 */
export async function isolate({ namespace, shell, cleanUp }: Demo): Promise<void> {
  for (const [objects, definition] of Object.entries(KINDS)) {
    const found = await shell.ask(
      `kubectl get crd ${definition} --ignore-not-found -o jsonpath='{.metadata.name} {.metadata.labels}'`,
    );
    expect(
      found === '' || found.includes(OURS),
      `this cluster has ${objects} already (CustomResourceDefinition ${definition}): use another one, or none`,
    );
  }
  const ask = (command: string): Promise<string> => shell.ask(command, AbortSignal.timeout(CLEAN_UP_MS));
  cleanUp.defer('the CustomResourceDefinitions', async () => {
    for (const definition of Object.values(KINDS)) {
      const others = await ask(`kubectl get ${definition} --all-namespaces -o name --ignore-not-found`);
      if (others === '') await ask(`kubectl delete crd ${definition} --ignore-not-found`);
    }
  });
  cleanUp.defer('the namespace', async () => {
    await ask(`kubectl delete namespace ${namespace} --ignore-not-found --timeout=100s`);
  });
}

/** So that the next demo knows whose it is. */
export async function labelDefinitions({ shell }: Demo): Promise<void> {
  await shell.ask(`kubectl label crd ${Object.values(KINDS).join(' ')} ${OURS}=true --overwrite`);
}

/** The operator has to be there for it: a HelmRelease goes when its release is uninstalled. */
export async function removeReleases({ namespace, shell }: Demo): Promise<void> {
  const ask = (command: string): Promise<string> => shell.ask(command, AbortSignal.timeout(CLEAN_UP_MS));
  const releases = `${HELM_RELEASE} --namespace=${namespace}`;
  // Or it would put back what is deleted here.
  await ask(`kubectl delete ${GIT_SYNC} --namespace=${namespace} --all --timeout=20s`);
  try {
    await ask(`kubectl delete ${releases} --all --timeout=60s`);
  } catch {
    // An operator that cannot do it any more must not keep the namespace for ever.
    const names = (await ask(`kubectl get ${releases} -o name`)).split('\n').filter(Boolean);
    for (const name of names) {
      await ask(
        `kubectl patch ${name} --namespace=${namespace} --type=merge -p '{"metadata":{"finalizers":null}}'`,
      );
    }
  }
}
