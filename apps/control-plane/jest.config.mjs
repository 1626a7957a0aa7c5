import preset from '../../jest.preset.mjs'

export default {
  ...preset,
  displayName: 'control-plane',
  setupFiles: ['reflect-metadata'],
  globalSetup: '<rootDir>/jest.global-setup.mjs',
  globalTeardown: '<rootDir>/jest.global-teardown.mjs',
}
