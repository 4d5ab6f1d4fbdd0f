import type { Section } from '../dashboard.ts';
import { type AnyPanel, type Colour, series, stat } from '../panels.ts';
import { lettered, orZero } from '../queries.ts';
import { FAILING, READY, RELEASES, ROLLED_BACK, SUSPENDED, WORKING } from './states.ts';

export function nowSection(): Section {
  const count = (title: string, says: string, expr: string, colour: Colour): AnyPanel =>
    stat({
      ...{ title, says, unit: 'short', width: 4, queries: [{ expr: orZero(`count(${expr})`) }] },
      steps: [
        [null, 'text'],
        [1, colour],
      ],
    });
  return {
    title: 'Now',
    panels: [
      count('HelmReleases', 'All that the operator looks after.', RELEASES, 'text'),
      count(
        'Ready',
        'What is wanted is deployed and healthy. Suspended ones are counted as suspended.',
        READY,
        'green',
      ),
      count(
        'Failing',
        'Cannot be deployed, or lost its health. Neither rolled back nor suspended ones.',
        FAILING,
        'red',
      ),
      count(
        'Rolled back',
        'The newest change failed and was taken back: what runs is the revision before it.',
        ROLLED_BACK,
        'orange',
      ),
      count('At work', 'Being installed or upgraded, or waiting for that.', WORKING, 'blue'),
      count('Suspended', 'spec.suspend is set: nothing is done to them.', SUSPENDED, 'purple'),
      series({
        title: 'HelmReleases by state',
        says: 'Each HelmRelease is in exactly one of these states.',
        ...{ unit: 'short', width: 24, height: 7, draw: 'steps', stacked: true, decimals: 0 },
        colours: {
          ...{ ready: 'green', 'at work': 'blue', 'rolled back': 'orange' },
          ...{ failing: 'red', suspended: 'purple' },
        },
        queries: lettered(
          { expr: orZero(`count(${READY})`), legend: 'ready' },
          { expr: orZero(`count(${WORKING})`), legend: 'at work' },
          { expr: orZero(`count(${ROLLED_BACK})`), legend: 'rolled back' },
          { expr: orZero(`count(${FAILING})`), legend: 'failing' },
          { expr: orZero(`count(${SUSPENDED})`), legend: 'suspended' },
        ),
      }),
    ],
  };
}
