import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { describeProblem, ProjectError } from './compose-error.js'
import { readComposeFile } from './compose-file.js'
import { INSTEAD_IN_BUILD, INSTEAD_IN_FILE, INSTEAD_IN_SERVICE } from './instead.js'
import { fileAround, problemsOf } from './testing/read-service.js'

function firstRefusal(text: string): string {
  return problemsOf(text).map(describeProblem)[0] ?? ''
}

describe('a member of a service that is not supported', () => {
  it.each(Object.entries(INSTEAD_IN_SERVICE))(
    '%s is refused with its line and what to do instead',
    (member, instead) => {
      expect(firstRefusal(fileAround(`${member}: { a: b }`))).toBe(
        `compose.yaml:4: services.web.${member}: not supported; ${instead}`,
      )
    },
  )

  it.each(Object.entries(INSTEAD_IN_BUILD))(
    'build.%s is refused with its line and what to do instead',
    (member, instead) => {
      const text = fileAround(`build:\n      context: .\n      ${member}: [a]`)
      expect(firstRefusal(text)).toBe(`compose.yaml:6: services.web.build.${member}: not supported; ${instead}`)
    },
  )

  it.each(Object.entries(INSTEAD_IN_FILE))('%s at the top is refused with what to do instead', (member, instead) => {
    expect(firstRefusal(`services: { a: { image: x } }\n${member}: { a: {} }`)).toBe(
      `compose.yaml:2: ${member}: not supported; ${instead}`,
    )
  })
})

describe('a value that does not fit', () => {
  it.each<[string, RegExp]>([
    [
      'volumes: [./src:/app]',
      /4: services\.web\.volumes\[0\]: folders of the board cannot be mounted; use a named volume/,
    ],
    ['volumes:\n      - data:/ok\n      - /etc:/etc:ro', /6: services\.web\.volumes\[1\]: folders of the board/],
    ['volumes: [/dev/i2c-1:/dev/i2c-1]', /devices of the board are given with devices/],
    ['volumes: [{ type: bind, source: ., target: /app }]', /folders of the board/],
    ['volumes: ["gone:/data"]', /the volume gone is not declared; add it/],
    ['volumes: ["data:/data:nocopy"]', /the mode nocopy, which is not supported; use ro or rw/],
    ['volumes: [{ type: npipe, source: a, target: b }]', /the type npipe/],
    ['networks: [back]', /the network back is not declared/],
    ['networks: [default]\n    network_mode: host', /5: services\.web\.network_mode: cannot be together with networks/],
    ['network_mode: host\n    ports: ["80:80"]', /network_mode host opens every port/],
    ['network_mode: container:x', /takes host, none, bridge or service:<name>/],
    ['network_mode: service:nobody', /there is no service nobody; there are web, other/],
    ['depends_on: [nobody]', /services\.web\.depends_on: there is no service nobody/],
    ['depends_on: [web]', /wait for each other in a ring: web → web/],
    ['depends_on: { other: { condition: someday } }', /takes one of service_started, service_healthy/],
    ['environment: [HOME]', /HOME has no value here.*set the Flotilla variable HOME/],
    ['environment: { TOKEN: }', /TOKEN has no value here/],
    ['environment: { __proto__: a }', /__proto__ cannot be a name here/],
    ['labels: ["__proto__=a"]', /services\.web\.labels\[0\]: __proto__ cannot be a name here/],
    [
      'labels:\n      a: b\n      io.balena.features.requires.sw.linux: ">=new"',
      /^compose\.yaml:6: services\.web\.labels\..*sw\.linux is ">=new", which is no range of versions; write one like >=6\.1/,
    ],
    ['labels: [a, "io.flotilla.features.requires.sw.l4t=>=1,<2"]', /labels\[1\]: .*"\>=1,<2", which is no range/],
    ['working_dir: app', /takes a folder in the container, beginning with \//],
    ['hostname: my host', /takes a name of letters, digits, hyphens and dots/],
    ['dns: [1.1.1.1, resolver]', /dns\[1\]: takes an IP address/],
    ['dns: { a: b }', /dns: takes an IP address or a list of them/],
    [
      'environment: { A: "${SECRET}" }',
      /\$\{SECRET\} has no value here; give it one with \$\{SECRET:-value\}.*\$\$SECRET is the text/,
    ],
    ['environment: { A: "$SECRET" }', /\$\{SECRET\} has no value here/],
    ['environment: { A: "${X:?needed}" }', /\$\{X\} has no value here/],
    ['command: echo 5$', /write \$\$ for a dollar/],
    ['command: a && b', /& needs a shell/],
    ['command: "echo \'open"', /a ' is never closed/],
    ['ports: [web]', /takes a port like/],
    ['ports: ["70000:80"]', /takes a port like/],
    ['ports: ["8000-8010:80"]', /two ranges of different length/],
    ['ports: 80', /takes a list of ports/],
    ['mem_limit: lots', /takes a size like 64m or 1g/],
    ['mem_limit: 1m', /must be at least 6m/],
    ['cpus: 0', /takes a number of processors/],
    ['healthcheck: { interval: 5 }', /takes a duration like 30s/],
    ['healthcheck: { test: [wget, x] }', /begins with CMD, CMD-SHELL or NONE/],
    ['restart: sometimes', /takes "no", always/],
    ['privileged: maybe', /takes true or false/],
    ['devices: ["/etc/passwd"]', /takes a device like/],
    ['ulimits: { nofile: { soft: 1 } }', /needs soft and hard/],
    ['build: ../elsewhere', /leads out of the repository/],
    ['build: { context: /abs }', /leads out of the repository/],
    ['build: { context: https://github.com/a/b.git }', /contexts from elsewhere are not fetched/],
    ['build: { context: ., dockerfile: ../Dockerfile }', /leads out of the build context/],
    ['build: { args: [TOKEN] }', /TOKEN has no value here; write TOKEN=value/],
  ])('%s', (members, message) => {
    expect(firstRefusal(fileAround(members))).toMatch(message)
  })

  it.each<[string, string, RegExp]>([
    ['broken YAML', 'services:\n  web: [', /^compose\.yaml:\d: this is not valid YAML/],
    [
      'a name twice',
      'services:\n  web: { image: a }\n  web: { image: b }',
      /^compose\.yaml:\d: this is not valid YAML: Map keys must be unique/,
    ],
    ['a list', '- a\n- b', /^compose\.yaml:1: is not a compose file/],
    ['plain text', 'hello', /is not a compose file/],
    ['nothing', '', /is not a compose file/],
    ['no services', 'version: "3"\n', /has no services; describe at least one/],
    ['two documents', 'services: {}\n---\nservices: {}', /not valid YAML/],
    [
      'an unknown word at the top',
      'servces: { a: { image: b } }',
      /^compose\.yaml:1: servces: not supported; remove it/,
    ],
    ['a service that is none', 'services:\n  web: nginx', /:2: services\.web: takes a mapping with build or image/],
    ['a service without an image', 'services:\n  web: { restart: always }', /:2: services\.web: needs build/],
    ['a name with blanks', 'services:\n  "my web": { image: a }', /:2: services\.my web: is not a name/],
    ['an unknown anchor', 'services:\n  web: *base', /Unresolved alias|no anchor/],
    [
      'an external volume',
      'services: { a: { image: b } }\nvolumes:\n  d: { external: true }',
      /:3: volumes\.d\.external: not supported; what Flotilla did not create/,
    ],
    [
      'an external network',
      'services: { a: { image: b } }\nnetworks:\n  d: { external: true }',
      /:3: networks\.d\.external: not supported/,
    ],
    [
      'a ring of three',
      'services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [c] }\n  c: { image: x, network_mode: "service:a" }',
      /ring: a → b → c → a/,
    ],
    ['a file of a megabyte', `# ${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
    [
      'aliases without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`)
        .join('\n')}`,
      /too large or too deep/,
    ],
  ])('%s', (_name, text, message) => {
    expect(firstRefusal(text)).toMatch(message)
  })

  it('is refused together with all others, in the order of the file', () => {
    const found = problemsOf(fileAround('privileged: maybe\n    links: [db]\n    container_name: web\n    ports: [x]'))
    expect(found.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '4 services.web.privileged',
      '5 services.web.links',
      '6 services.web.container_name',
      '7 services.web.ports[0]',
    ])
  })
})

describe('whatever text is given', () => {
  const names = [
    ...[
      'services',
      'volumes',
      'networks',
      'web',
      'image',
      'build',
      'context',
      'args',
      'ports',
      'environment',
      'command',
    ],
    ...['depends_on', 'healthcheck', 'test', 'ulimits', 'devices', 'deploy', 'restart', 'mem_limit', 'tmpfs', 'ipam'],
    ...[
      'config',
      'extra_hosts',
      'network_mode',
      'logging',
      'options',
      'target',
      'type',
      'source',
      'x-any',
      '<<',
      '__proto__',
    ],
  ]
  const word = fc.oneof(
    fc.constantFrom(...names, 'service:web', '${A:-b}', '${', '1m', 'volume', '/a', '*a', '80:80'),
    fc.string(),
  )
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      word,
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(word, tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    value.map((each) => stringify(each)),
    value.map((each) => stringify({ services: { web: each }, volumes: { data: null } })),
    fc
      .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 })
      .map((members) => stringify({ services: { web: { image: 'x', ...Object.fromEntries(members) } } })),
  )

  it('is taken or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(text, (each) => {
        try {
          const { compose } = readComposeFile(each, 'compose.yaml')
          expect(Object.keys(compose.services).length).toBeGreaterThan(0)
        } catch (error) {
          if (!(error instanceof ProjectError)) throw error
          expect(error.problems.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
