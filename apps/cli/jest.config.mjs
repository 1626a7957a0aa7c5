import preset from '../../jest.preset.mjs'

export default {
  ...preset,
  displayName: 'cli',
  globalSetup: '<rootDir>/jest/setup.mjs',
  globalTeardown: '<rootDir>/jest/teardown.mjs',
  // Some suites wait for real builds, which share the machine with whatever else runs.
  testTimeout: 180_000,
}
