// The layers inside the control plane, left may not import right: platform → who → what exists → devices, releases,
// builds … → target-state, rollouts, link … → mains. Features meet only at their index.ts, and never in a ring.
const cp = '^apps/control-plane/src/'
const platform = 'config|http|database|queue|live|objects'
const who = 'organizations|users|auth|api-keys|audit|signing-keys'
// device-events is a journal, as audit is: whatever changes a target writes to it, and it knows ids alone.
const what = 'fleets|device-events|provisioning-keys|variables|tags'
const things =
  'devices|hardware|releases|supervisor-releases|builds|git|registry-auth|deltas|device-reports|device-logs|device-metrics|device-commands|snapshots'
const top = 'target-state|bundles|link|rollouts|stream|dashboard|install|upkeep'
const layer = (from, to) => ({
  name: `no-import-up-from-${from.split('|')[0]}`,
  severity: 'error',
  from: { path: `${cp}(${from})/`, pathNot: '\\.spec\\.ts$' },
  to: { path: `${cp}((${to})/|main\\.|app\\.module)` },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    layer(platform, [who, what, things, top].join('|')),
    layer(who, [what, things, top].join('|')),
    layer(what, [things, top].join('|')),
    layer(things, top),
    {
      name: 'builder-knows-no-feature',
      severity: 'error',
      from: { path: `${cp}builder/`, pathNot: '\\.spec\\.ts$' },
      to: { path: cp, pathNot: `${cp}builder/` },
    },
    {
      name: 'features-meet-at-index',
      severity: 'error',
      from: { path: `${cp}([^/]+)/`, pathNot: '\\.spec\\.ts$|/testing/' },
      to: { path: `${cp}(${[who, what, things, top].join('|')})/`, pathNot: [`${cp}$1/`, `${cp}[^/]+/index\\.ts$`] },
    },
    {
      name: 'only-repositories-and-entities-import-typeorm',
      severity: 'error',
      from: {
        path: cp,
        pathNot: [
          `${cp}(database|testing|live|queue)/`,
          '\\.(repository|entity|module)\\.ts$',
          '\\.spec\\.ts$',
          'main\\.',
        ],
      },
      to: { path: 'node_modules/(typeorm|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-edges-touch-the-world',
      severity: 'error',
      from: {
        path: '^supervisor/src/',
        pathNot: ['^supervisor/src/(edge|config|main)', '\\.spec\\.ts$', '^supervisor/src/testing/'],
      },
      to: { path: 'node_modules/(dockerode|ws)/|^(node:)?(fs|http|https|net|child_process|os)(/|$)' },
    },
    {
      name: 'nothing-imports-supervisor',
      severity: 'error',
      from: { pathNot: '^supervisor/' },
      to: { path: '^supervisor/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@flotilla/source', 'import', 'node', 'default'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
}
