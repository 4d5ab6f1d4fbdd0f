import type { Alert } from '../alert.ts';
import type { AlertmanagerNotifier } from '../notifier.ts';
import { cut, JSON_HEADERS, type Letter } from '../sender.ts';
import { below } from './commit.ts';

export interface AlertState {
  readonly alert: Alert;
  readonly isFiring: boolean;
}

const MAX_SENTENCE = 2_000;

/** One letter for all of them. Labels are what Alertmanager knows an alert by: nothing that changes may be among them. */
export function alertLetter(
  { url, authorization, cluster }: AlertmanagerNotifier,
  states: readonly AlertState[],
  { now, lastsMs }: { readonly now: Date; readonly lastsMs: number },
): Letter {
  const body = states.map(({ alert, isFiring }) => ({
    labels: {
      alertname: 'HelmReleaseNotReady',
      namespace: alert.namespace,
      helmrelease: alert.name,
      severity: 'warning',
      ...(cluster === undefined ? {} : { cluster }),
    },
    annotations: {
      summary: `HelmRelease ${alert.namespace}/${alert.name} is not as it is wanted`,
      description: cut(alert.sentence, MAX_SENTENCE),
    },
    ...(alert.since === '' ? {} : { startsAt: alert.since }),
    // Should nobody tell it any more, it ends by itself.
    endsAt: new Date(now.getTime() + (isFiring ? lastsMs : 0)).toISOString(),
  }));
  const headers = { ...JSON_HEADERS, ...(authorization === undefined ? {} : { authorization }) };
  return { url: below(url, ['api', 'v2', 'alerts']), headers, body: JSON.stringify(body) };
}
