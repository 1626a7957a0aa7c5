import preset from '../../jest.preset.mjs'

// Engines and namespaces take their time on a small machine.
export default { ...preset, displayName: 'e2e', testTimeout: 600_000 }
