import { ApiError } from '../../../../src/kube/errors.ts';
import type { ApiRequest } from '../../../../src/kube/http/api-request.ts';
import type { StreamSink, Transport } from '../../../../src/kube/transport.ts';

export interface FakeTransport extends Transport {
  readonly requests: ApiRequest[];
  answer: (request: ApiRequest, nth: number) => unknown;
  flow: (request: ApiRequest, sink: StreamSink, signal: AbortSignal) => Promise<void>;
}

/** Answers from a function; what the function throws, the request throws. */
export function fakeTransport(answer: FakeTransport['answer'] = () => ({})): FakeTransport {
  const fake: FakeTransport = {
    requests: [],
    answer,
    flow: () => Promise.resolve(),
    request: async (request) => {
      fake.requests.push(request);
      return Promise.resolve(fake.answer(request, fake.requests.length));
    },
    stream: async (request, sink, signal) => {
      fake.requests.push(request);
      await fake.flow(request, sink, signal);
    },
    close: () => undefined,
  };
  return fake;
}

export function apiFailure(status: number, statusReason = ''): ApiError {
  return new ApiError(`the server answered ${String(status)}`, { status, statusReason });
}
