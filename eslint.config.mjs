import nx from '@nx/eslint-plugin'
import prettier from 'eslint-config-prettier'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

// Who may import whom between projects; inside the control plane, .dependency-cruiser.cjs goes on.
const layers = [
  {
    sourceTag: 'contracts',
    onlyDependOnLibsWithTags: [],
    allowedExternalImports: ['zod', '@jest/globals', 'fast-check'],
  },
  {
    sourceTag: 'reconcile',
    onlyDependOnLibsWithTags: ['contracts'],
    allowedExternalImports: ['zod', 'fast-check', '@jest/globals'],
  },
  { sourceTag: 'image-delta', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'api-client', onlyDependOnLibsWithTags: ['contracts'] },
  {
    sourceTag: 'control-plane',
    onlyDependOnLibsWithTags: ['contracts', 'reconcile', 'image-delta', 'api-client', 'dev'],
  },
  { sourceTag: 'cli', onlyDependOnLibsWithTags: ['api-client', 'contracts', 'dev'] },
  { sourceTag: 'dashboard', onlyDependOnLibsWithTags: ['api-client', 'contracts', 'dev'] },
  { sourceTag: 'supervisor', onlyDependOnLibsWithTags: ['contracts', 'reconcile', 'image-delta'] },
  { sourceTag: 'dev', onlyDependOnLibsWithTags: ['api-client', 'contracts'] },
  { sourceTag: 'whole-system', onlyDependOnLibsWithTags: ['api-client', 'contracts', 'image-delta', 'dev'] },
]

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/dist-types',
      '**/node_modules',
      '.nx',
      '.flotilla',
      'libs/api-client/src/generated',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: layers },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only the config module reads the environment.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'Program > VariableDeclaration[kind="let"]', message: 'No module-level state.' },
        {
          selector: 'MemberExpression[object.name="AbortSignal"][property.name="any"]',
          message: 'Node loses its abort where the garbage collector takes a source; anySignal keeps it.',
        },
      ],
    },
  },
  {
    files: ['apps/dashboard/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules, 'max-lines-per-function': ['error', { max: 150 }] },
  },
  {
    files: ['**/*.spec.ts', 'apps/e2e/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['apps/control-plane/src/database/migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['apps/control-plane/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  {
    files: [
      '**/config.ts',
      '**/config/**/*.ts',
      'deploy/dev/**/*.ts',
      'apps/bench/**/*.ts',
      'apps/e2e/**/*.ts',
      '**/*.spec.ts',
      '**/testing/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.{js,mjs}'], ...tseslint.configs.disableTypeChecked },
  prettier,
)
