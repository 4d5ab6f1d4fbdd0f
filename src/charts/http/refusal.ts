import { ChartUnavailableError } from '../../api/errors.ts';

/** The server knows us and will not let us in, or wants to know who we are. */
export class AccessRefusedError extends ChartUnavailableError {}

/** The sentence for an answer that is not the one hoped for. `subject` names what was asked for, and where. */
export function refusalOf(
  subject: string,
  { status, authorized }: { status: number; authorized: boolean },
): ChartUnavailableError {
  const message = `${subject} ${reasonOf(status, authorized)}`;
  return status === 401 || status === 403
    ? new AccessRefusedError(message)
    : new ChartUnavailableError(message);
}

const WHERE_TO_PUT_THEM =
  'name a Secret in spec.chart.chartPullSecret, or give them to the operator for everybody';

function reasonOf(status: number, authorized: boolean): string {
  switch (status) {
    case 401:
      return authorized
        ? 'is refused: the credentials are not accepted (401)'
        : `is refused: it needs credentials, and there are none (401): ${WHERE_TO_PUT_THEM}`;
    case 403:
      return authorized
        ? 'is refused: the credentials do not allow to read it (403)'
        : `is refused: it may need credentials, and there are none (403): ${WHERE_TO_PUT_THEM}`;
    case 404:
    case 410:
      return `does not exist (${String(status)}): check the URL`;
    case 407:
      return 'is refused by the proxy: it wants credentials (407)';
    case 429:
      return 'is refused for now: too many requests (429)';
    default:
      return `could not be fetched: the server answered with status ${String(status)}`;
  }
}
