import preset from '../jest.preset.mjs'

// Engines and synced writes take their time on a small machine.
export default { ...preset, displayName: 'supervisor', testTimeout: 300_000 }
