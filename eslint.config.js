import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Where the outside world may be touched: everybody else is handed what they need. */
const EDGES = ['src/main.ts', 'src/config.ts', 'src/config/**', 'src/telemetry/**'];

const AMBIENT = [
  {
    object: 'process',
    property: 'env',
    message: 'take it as a parameter: only main.ts knows the environment',
  },
  { object: 'Date', property: 'now', message: 'take a Clock as a parameter (telemetry/clock.ts)' },
  { object: 'performance', property: 'now', message: 'take a Clock as a parameter (telemetry/clock.ts)' },
  { object: 'Math', property: 'random', message: 'take a Random as a parameter (telemetry/clock.ts)' },
];

const SKIPPED = ['it', 'describe', 'context', 'specify'].flatMap((object) =>
  ['skip', 'only'].map((property) => ({ object, property, message: 'every test runs, always' })),
);

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'node_modules/', '.demo/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      // Dots are for what a type names, brackets for what it does not: the compiler sees to it.
      '@typescript-eslint/dot-notation': 'off',
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'export by name' },
        {
          selector: 'Program > VariableDeclaration[kind="let"]',
          message: 'no state outside functions and classes',
        },
        {
          selector: 'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
          message: 'no state outside functions and classes',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: EDGES,
    rules: {
      'no-restricted-globals': ['error', { name: 'console', message: 'take a Logger as a parameter' }],
      'no-restricted-properties': ['error', ...AMBIENT],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...SKIPPED],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.object.type="ThisExpression"][callee.property.name="skip"]',
          message: 'every test runs, always',
        },
      ],
      // chai's assertions are expressions: expect(x).to.be.true
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly' } },
  },
);
