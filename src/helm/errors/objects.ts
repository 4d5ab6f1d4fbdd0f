/*
 * Explanations of what the API server says about objects. Each takes helm's text and gives a sentence, or undefined
 * when the text is not of the form it knows; then the text itself is shown.
 */

const FOREIGN = /(\w+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported/;

export function describeOwnership(
  text: string,
  release: { name: string; namespace: string },
): string | undefined {
  const [, kind = '', name = '', namespace = ''] = FOREIGN.exec(text) ?? [];
  if (kind === '') return undefined;
  const where = namespace === '' ? '' : ` in namespace ${namespace}`;
  const owner = /"meta\.helm\.sh\/release-name" must equal "[^"]*": current value is "([^"]*)"/.exec(
    text,
  )?.[1];
  const ownerNamespace =
    /"meta\.helm\.sh\/release-namespace" must equal "[^"]*": current value is "([^"]*)"/.exec(text)?.[1];
  const whose =
    owner === undefined && ownerNamespace === undefined
      ? 'is not managed by Helm'
      : `belongs to release ${ownerNamespace ?? release.namespace}/${owner ?? release.name}`;
  return `${kind} ${name}${where} exists already and ${whose}: delete or rename it, or hand it over by setting its label app.kubernetes.io/managed-by to Helm and its annotations meta.helm.sh/release-name to ${release.name} and meta.helm.sh/release-namespace to ${release.namespace}`;
}

export function describeImmutable(text: string): string | undefined {
  const [, type = '', name = '', rest = ''] =
    /(\w+)(?:\.[\w.-]+)? "([^"]+)" is invalid: (.*)/s.exec(text) ?? [];
  if (type === '') return undefined;
  const fields = [
    ...rest.matchAll(/(?:^|[[,\s])((?:spec|data|metadata|provisioner|parameters|roleRef|type)[\w.[\]]*): /g),
  ].map((match) => match[1]);
  const which = fields.length === 0 ? 'a field' : [...new Set(fields)].join(', ');
  const allowed = /for fields other than (.*?) are forbidden/.exec(rest)?.[1];
  const but = allowed === undefined ? '' : ` (only ${allowed} may change)`;
  return `${type} ${name} exists, and Kubernetes does not let anybody change ${which} of it${but}: change chart or values back, or delete the ${type} so that it is made anew`;
}

export function describeUnknownKind(text: string): string | undefined {
  const [, kind = '', version = ''] = /no matches for kind "([^"]+)" in version "([^"]+)"/.exec(text) ?? [];
  if (kind === '') return undefined;
  const name = /for name: "([^"]+)"/.exec(text)?.[1];
  const object = name === undefined ? '' : ` of object ${name}`;
  return `the cluster does not know kind ${kind} in ${version}${object}: install the CustomResourceDefinition that brings it, or use a version of the chart made for this cluster`;
}

/** Cuts off how helm got there; what is left names the object itself. */
export function describeInvalid(text: string): string {
  return text
    .replace(/^failed [a-z]+-[a-z]+: warning: Hook .*? failed: /s, '')
    .replace(
      /^.*?server-side apply failed for object (\S+) [^,]*, Kind=(\w+): failed to create typed patch object \([^)]*\): /s,
      '$2 $1: ',
    )
    .replace(/^.*?server-side apply failed for object (\S+) [^,]*, Kind=(\w+): /s, '')
    .replace(/^cannot patch "[^"]*" with kind \w+: /, '')
    .replace(/^failed to (?:create|replace|update) (?:object|resource): /, '');
}
