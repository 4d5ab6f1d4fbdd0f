import { describe } from '../../api/errors.ts';
import type { OperatorError } from '../../api/errors.ts';
import type { Forecast } from './forecast.ts';

/** What comes of an error: some mend by themselves, others wait for a person. */
export function troubled(error: OperatorError): Forecast {
  return { action: error.retry === 'after-change' ? 'stall' : 'wait', why: describe(error) };
}
