import preset from '../../jest.preset.mjs'

// Two kinds of suites: src holds those of pure logic, ui-tests those of the built dashboard in a browser, over a real api.
export default {
  // Of all projects: jest takes it nowhere else.
  testTimeout: 180_000,
  projects: [
    { ...preset, rootDir: import.meta.dirname, displayName: 'dashboard' },
    {
      ...preset,
      rootDir: import.meta.dirname,
      displayName: 'dashboard in a browser',
      testMatch: ['<rootDir>/ui-tests/**/*.spec.ts'],
      globalSetup: '<rootDir>/../../deploy/dev/jest/setup.mjs',
      globalTeardown: '<rootDir>/../../deploy/dev/jest/teardown.mjs',
    },
  ],
}
