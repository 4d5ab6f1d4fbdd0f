import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { objectsOf } from '../../../src/health/objects.ts';
import { scanDocument } from '../../../src/health/scan-document.ts';

/** `apiVersion kind namespace/name` of each object. */
function named(manifest: string): readonly string[] {
  return objectsOf(manifest, 'shop').map(
    ({ apiVersion, kind, namespace, name }) => `${apiVersion} ${kind} ${namespace ?? '-'}/${name}`,
  );
}

describe('the objects of a manifest', () => {
  it('are found in the text that Helm stores', () => {
    const manifest = `---
# Source: web/templates/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: extra
---
# Source: web/templates/config-map.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  annotations:
    name: not-this
  labels: # none
    namespace: nor-this
  name: "web-config" # the name
data:
  file: |
    ---
    kind: Secret
    metadata:
      name: inner
---
# Source: web/templates/nothing.yaml

# just a comment
---
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: other
spec:
  template:
    metadata:
      name: inner
`;
    expect(named(manifest)).to.deep.equal([
      'v1 Namespace -/extra',
      'v1 ConfigMap shop/web-config',
      'apps/v1 Deployment other/web',
    ]);
  });

  const odd: readonly (readonly [what: string, document: string])[] = [
    ['an empty namespace', 'apiVersion: v1\nkind: Secret\nmetadata:\n  namespace: ""\n  name: web\n'],
    ['JSON', '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}}'],
    ['flow style', 'apiVersion: v1\nkind: Secret\nmetadata: {name: web, labels: {a: b}}\n'],
    ['Windows line ends', 'apiVersion: v1\r\nkind: Secret\r\nmetadata:\r\n  name: web\r\ntype: Opaque\r\n'],
    ['everything indented', '  apiVersion: v1\n  kind: Secret\n  metadata:\n    name: web\n'],
    ['a quoted key', '"apiVersion": v1\n"kind": Secret\n"metadata":\n  "name": web\n'],
    ['a folded name', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: >-\n    web\n'],
    ['an anchor', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: &name web\n  labels: {app: *name}\n'],
    [
      'metadata after everything else',
      'data: {}\nkind: Secret\napiVersion: v1\nmetadata:\n\n  # the name\n  name: web',
    ],
    [
      'a duplicate key, of which the last counts',
      'apiVersion: v1\nkind: ConfigMap\nkind: Secret\nmetadata: {name: web}\n',
    ],
    [
      'a list',
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: web\n',
    ],
    [
      'a typed list',
      'apiVersion: v1\nkind: SecretList\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: web}}, null, 1]\n',
    ],
  ];
  for (const [what, document] of odd) {
    it(`are found however they are written: ${what}`, () => {
      expect(named(`---\n${document}`)).to.deep.equal(['v1 Secret shop/web']);
    });
  }

  it('leave out what cannot be read, and only that', () => {
    const good = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n';
    const bad = [
      'a: [1',
      'just text',
      '- 1\n- 2',
      '42',
      '',
      'apiVersion: v1\nkind: Secret\n',
      'kind: Secret\nmetadata: {name: x}',
      'apiVersion: v1\nkind: Secret\nmetadata: null',
    ];

    for (const document of bad) {
      expect(named(`---\n${document}\n---\n${good}`), document).to.deep.equal(['v1 Secret shop/web']);
    }
    expect(named('')).to.deep.equal([]);
  });

  it('take a kind that only ends like a list for what it is', () => {
    expect(named('apiVersion: net.example/v1\nkind: AllowList\nmetadata:\n  name: x\n')).to.deep.equal([
      'net.example/v1 AllowList shop/x',
    ]);
  });

  it('stay bounded, and are found quickly in a large manifest', () => {
    const crd = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\ndata:\n${'  key: some text of a usual length, again and again\n'.repeat(2_000)}`;
    const began = performance.now();

    expect(named(`---\n${crd}`.repeat(100))).to.have.length(100); // 10 MB
    expect(performance.now() - began).to.be.below(2_000);
    expect(named('---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n'.repeat(10_100))).to.have.length(
      10_000,
    );
    expect(named(`---\napiVersion: v1\nkind: List\nitems: &a [${'*a,'.repeat(900)}]`)).to.deep.equal([]);
  });

  it('are the same by the scan of the lines and by the parser', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const value = fc.oneof(
      word,
      word.map((text) => `"${text}"`),
      word.map((text) => `'${text}'`),
      word.map((text) => `${text} # ${text}`),
    );
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom('name', 'namespace', 'labels'), value)
        .map(([key, text]) => `  ${key}: ${text}`),
      word.map((text) => `  labels:\n    name: ${text}`),
      word.map((text) => `  text: |\n    name: ${text}\n\n    namespace: x`),
      fc.constantFrom(
        '  # a comment',
        '# another',
        '',
        'spec:\n  name: inner',
        'spec:\n- name: inner',
        '  namespace:',
        '  namespace: ""',
      ),
    );

    fc.assert(
      fc.property(value, fc.array(line, { maxLength: 6 }), (kind, lines) => {
        const document = ['apiVersion: v1', `kind: ${kind}`, 'metadata:', ...lines].join('\n');
        const scanned = scanDocument(document);
        if (scanned === 'unsure') return;
        // A tag in front makes the scan give way to the parser, which ignores it.
        const parsed = objectsOf(document.replace('apiVersion: ', 'apiVersion: !!str '), 'shop');
        expect(objectsOf(document, 'shop'), document).to.deep.equal(parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});
