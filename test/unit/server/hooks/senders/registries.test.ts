import { expect } from 'chai';
import { MalformedError } from '../../../../../src/server/hooks/parse-body.ts';
import type { Sender } from '../../../../../src/server/hooks/sender.ts';
import { SENDERS, type SenderType } from '../../../../../src/server/hooks/senders.ts';
import { fixture, HAPPENED, KEY, raw, saidOf } from '../support.ts';

const ignore = { push: { kind: 'ignore' } };
const registry = (...references: readonly string[]): unknown => ({ kind: 'registry', references });

interface ShownCase {
  readonly type: SenderType;
  readonly where: 'authorization' | 'path';
  readonly scheme: string;
}

const SHOWN: readonly ShownCase[] = [
  { type: 'quay', where: 'path', scheme: '' },
  { type: 'dockerhub', where: 'path', scheme: '' },
  { type: 'harbor', where: 'authorization', scheme: '' },
  { type: 'oci', where: 'authorization', scheme: 'Bearer ' },
];

describe('registries', () => {
  for (const { type, where, scheme } of SHOWN) {
    it(`${type}: are proved by their token (${where}), and refused with another one or none`, () => {
      const token = 'a-token.of-the~tests_and-of-nothing-else';
      const sender: Sender = SENDERS[type];
      const body = fixture(`${type}/push`);
      const proof = (text?: string): string => {
        if (text === undefined) return sender.authenticate(raw(body), Buffer.from(token), HAPPENED);
        const request =
          where === 'path' ? raw(body, {}, text) : raw(body, { authorization: `${scheme}${text}` });
        return sender.authenticate(request, Buffer.from(token), HAPPENED);
      };

      expect(proof(token)).to.equal('authentic');
      expect(proof(`${token}x`)).to.equal('refused');
      expect(proof(token.slice(1))).to.equal('refused');
      expect(proof(KEY.toString())).to.equal('refused');
      expect(proof('')).to.equal('refused');
      expect(proof()).to.equal('refused');
    });

    it(`${type}: are malformed without what is used of them`, () => {
      const secret = { a: 'secret' };
      const forms = [
        null,
        'secret',
        [],
        { events: 'secret', type: secret, repository: secret, docker_url: secret, updated_tags: ['1'] },
        { events: secret, type: 'PUSH_ARTIFACT', occur_at: 'secret', docker_url: 5, updated_tags: [] },
        { events: 5, type: 'PUSH_ARTIFACT', occur_at: 5, event_data: { resources: secret }, updated_tags: 1 },
        { events: {}, type: 'PUSH_ARTIFACT', occur_at: 5, event_data: { resources: [] }, updated_tags: {} },
      ];
      for (const form of forms) {
        const said = (): unknown => saidOf(SENDERS[type], `${type}/push`, {}, () => form);
        expect(said, JSON.stringify(form)).to.throw(MalformedError);
        expect(said).to.not.throw(/secret/);
      }
    });
  }

  it('quay: name the repository of a push with tags in either form, and have no news in a build', () => {
    const push = registry('quay.example.com/orchard/shop');
    const old = saidOf(SENDERS.quay, 'quay/push', {}, (body) => ({ ...body, updated_tags: { latest: 'x' } }));

    expect(saidOf(SENDERS.quay, 'quay/push')).to.deep.equal({ push });
    expect(old).to.deep.equal({ push });
    expect(saidOf(SENDERS.quay, 'quay/build')).to.deep.equal(ignore);
  });

  it('quay: never take a second push of a tag for the first, which reads the same', () => {
    const sender: Sender = SENDERS.quay;
    expect(sender.deliveryId(raw(fixture('quay/push')))).to.equal(undefined);
  });

  const told: readonly (readonly [SenderType, string, string])[] = [
    ['azuredevops', 'azuredevops/push', '{"eventType":"git.push"}'],
    ['dockerhub', 'dockerhub/push', '{"repository":{"repo_name":"orchard/shop"}}'],
    ['oci', 'oci/push', '{"events":[{"action":"push"}]}'],
  ];
  for (const [type, name, minimal] of told) {
    it(`${type}: know a delivery by its body as long as that holds what no other one has`, () => {
      const idOf = (body: Buffer | string): unknown => SENDERS[type].deliveryId(raw(body));

      expect(idOf(fixture(name)))
        .to.be.a('string')
        .that.equals(idOf(fixture(name)));
      expect(idOf(`${fixture(name).toString()} `)).to.not.equal(idOf(fixture(name)));
      for (const other of [minimal, '{', '']) expect(idOf(other), other).to.equal(undefined);
    });
  }

  it('dockerhub: name the repository under both names of the registry, and nothing of the address to call', () => {
    const said = saidOf(SENDERS.dockerhub, 'dockerhub/push');

    expect(said).to.deep.equal({
      push: registry('registry-1.docker.io/orchard/shop', 'docker.io/orchard/shop'),
    });
    expect(JSON.stringify(said)).to.not.contain('callback');
  });

  it('harbor: name the repository without tag, digest, and with the port, in both forms', () => {
    const said = { push: registry('harbor.example.com:8443/orchard/shop'), happenedAt: HAPPENED };

    expect(saidOf(SENDERS.harbor, 'harbor/push')).to.deep.equal(said);
    expect(saidOf(SENDERS.harbor, 'harbor/delete')).to.deep.equal(said);
    expect(saidOf(SENDERS.harbor, 'harbor/cloud-event')).to.deep.equal(said);
    expect(saidOf(SENDERS.harbor, 'harbor/scan')).to.deep.equal(ignore);
  });

  it('oci: name what was pushed or deleted by both names of the registry', () => {
    const names = ['registry.example.com/orchard/shop', 'registry.internal.example.com:5000/orchard/shop'];

    expect(saidOf(SENDERS.oci, 'oci/push')).to.deep.equal({ push: registry(...names) });
    expect(saidOf(SENDERS.oci, 'oci/delete')).to.deep.equal({ push: registry(...names.slice(0, 1)) });
  });

  it('oci: have no news in a layer, a pull, and in events of a form that nobody knows yet', () => {
    expect(saidOf(SENDERS.oci, 'oci/push-layer')).to.deep.equal(ignore);
    expect(saidOf(SENDERS.oci, 'oci/pull')).to.deep.equal(ignore);
    const odd = { events: [null, 5, {}, { action: 'push' }, { action: 'push', target: {} }] };
    expect(saidOf(SENDERS.oci, 'oci/push', {}, () => odd)).to.deep.equal(ignore);
    const nameless = {
      action: 'push',
      target: { repository: 'a/b', url: 'no address' },
      request: { host: '' },
    };
    expect(saidOf(SENDERS.oci, 'oci/push', {}, () => ({ events: [nameless] }))).to.deep.equal(ignore);
  });
});
