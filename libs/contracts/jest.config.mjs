import preset from '../../jest.preset.mjs'

const [[pattern, [transformer, options]]] = Object.entries(preset.transform)
// The fixtures are JSON, which Node's modules take only with `with { type: 'json' }`: swc must not drop it.
const jsc = { ...options.jsc, experimental: { keepImportAttributes: true } }

export default { ...preset, displayName: 'contracts', transform: { [pattern]: [transformer, { ...options, jsc }] } }
