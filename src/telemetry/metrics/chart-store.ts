import { counterFamily, type Family, gaugeFamily } from './exposition.ts';

/** `helm_release_operator_chart_store_*`: the charts that are kept for all releases. */
export const CHART_STORE_FAMILIES: readonly Family[] = [
  gaugeFamily(
    'helm_release_operator_chart_store_charts',
    'Packaged charts in the store.',
    ({ chartStore }) => [[{}, chartStore.charts]],
  ),
  gaugeFamily(
    'helm_release_operator_chart_store_bytes',
    'Size of the packaged charts in the store. Beyond 1 GB those go that no release has used for longest.',
    ({ chartStore }) => [[{}, chartStore.bytes]],
  ),
  counterFamily(
    'helm_release_operator_chart_store_requests_total',
    'Charts that were asked of the store: hit if it was there, miss if it had to be packaged or downloaded.',
    ({ chartStore: { hits, misses } }) => [
      [{ result: 'hit' }, hits],
      [{ result: 'miss' }, misses],
    ],
  ),
  counterFamily(
    'helm_release_operator_chart_received_bytes_total',
    'Bytes that Helm repositories and registries sent. What Git sends is not among them.',
    ({ chartStore }) => [[{}, chartStore.receivedBytes]],
  ),
];
