import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { CredentialLife } from './sources.ts';

/** When certificates and tokens end that the operator shows to others, and certificates that others show to it. There are at most 200, those that end first. */
export const CREDENTIAL_GAUGES: readonly Family[] = [
  perCredential(
    'expires',
    'When a certificate or token ends: that of the operator for the API server, one for chart sources from a Secret or an imported repository, or that of a server that charts come from.',
    ({ expires }) => expires,
  ),
  perCredential(
    'issued',
    'Since when that certificate or token is valid, if it says so.',
    ({ issued }) => issued,
  ),
];

function perCredential(
  name: string,
  help: string,
  value: (credential: CredentialLife) => number | undefined,
): Family {
  return gaugeFamily(`helm_release_operator_credential_${name}_timestamp_seconds`, help, ({ credentials }) =>
    credentials.flatMap((credential): readonly Sample[] => {
      const at = value(credential);
      return at === undefined ? [] : [[labelsOf(credential), at]];
    }),
  );
}

/** Of a Secret the namespace is that of the Secret, so that the alert goes to whom it belongs. */
function labelsOf({ kind, held, namespace, name }: CredentialLife): Readonly<Record<string, string>> {
  return { kind, held, ...(namespace === undefined ? {} : { namespace }), name };
}
