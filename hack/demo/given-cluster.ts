import type { Demo } from './demo.ts';
import { HELM_RELEASE } from './release.ts';
import { expect } from './step-failed.ts';

const OURS = 'helm-release-operator.io/demo';
const CLEAN_UP_MS = 120_000;

/**
 * Makes sure that the demo meets nobody in a cluster that it does not own, and takes back what it puts there. Who has
 * HelmReleases already has an operator for them, which would take ours as well.
 */
export async function isolate({ namespace, shell, cleanUp }: Demo): Promise<void> {
  const found = await shell.ask(
    `kubectl get crd ${HELM_RELEASE} --ignore-not-found -o jsonpath='{.metadata.name} {.metadata.labels}'`,
  );
  expect(
    found === '' || found.includes(OURS),
    `this cluster has HelmReleases already (CustomResourceDefinition ${HELM_RELEASE}): use another one, or none`,
  );
  const ask = (command: string): Promise<string> => shell.ask(command, AbortSignal.timeout(CLEAN_UP_MS));
  cleanUp.defer('the CustomResourceDefinition', async () => {
    const others = await ask(`kubectl get ${HELM_RELEASE} --all-namespaces -o name --ignore-not-found`);
    if (others === '') await ask(`kubectl delete crd ${HELM_RELEASE} --ignore-not-found`);
  });
  cleanUp.defer('the namespace', async () => {
    await ask(`kubectl delete namespace ${namespace} --ignore-not-found --timeout=100s`);
  });
}

/** So that the next demo knows whose it is. */
export async function labelDefinition({ shell }: Demo): Promise<void> {
  await shell.ask(`kubectl label crd ${HELM_RELEASE} ${OURS}=true --overwrite`);
}

/** The operator has to be there for it: a HelmRelease goes when its release is uninstalled. */
export async function removeReleases({ namespace, shell }: Demo): Promise<void> {
  const ask = (command: string): Promise<string> => shell.ask(command, AbortSignal.timeout(CLEAN_UP_MS));
  const releases = `${HELM_RELEASE} --namespace=${namespace}`;
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
