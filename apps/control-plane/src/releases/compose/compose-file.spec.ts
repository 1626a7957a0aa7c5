import { describe, expect, it } from '@jest/globals'
import { readComposeFile } from './compose-file.js'
import { readService } from './testing/read-service.js'

describe('a compose file', () => {
  it('becomes services, volumes and networks with every default filled in', () => {
    const { compose, services } = readComposeFile(
      `version: '2.4'
name: ignored
x-note: { anything: [goes] }
services:
  web:
    build: { context: ./web/, dockerfile: Dockerfile.prod, target: run, args: [ "A=1", "B=x=y" ] }
    image: only-a-name
    x-more: 1
  db:
    image: postgres:16
volumes: { data: , cache: { driver: local, driver_opts: { type: tmpfs } , labels: [ keep=yes ] }, kept: { x-flotilla-snapshot: true, x-more: 1 } }
networks:
  back: { internal: true, enable_ipv6: false, driver: bridge, ipam: { config: [ { subnet: 172.28.0.0/16, ip_range: 172.28.5.0/24 } ] } }
`,
      'compose.yaml',
    )
    expect(services).toEqual([
      {
        name: 'web',
        build: { context: 'web', dockerfile: 'Dockerfile.prod', target: 'run', args: { A: '1', B: 'x=y' }, line: 6 },
        image: 'only-a-name',
      },
      { name: 'db', build: undefined, image: 'postgres:16' },
    ])
    expect(compose.volumes).toEqual({
      data: { labels: {}, driverOpts: {} },
      cache: { labels: { keep: 'yes' }, driver: 'local', driverOpts: { type: 'tmpfs' } },
      kept: { labels: { 'io.flotilla.snapshot': 'true' }, driverOpts: {} },
    })
    expect(compose.networks.back).toEqual({
      labels: {},
      driver: 'bridge',
      driverOpts: {},
      internal: true,
      enableIpv6: false,
      ipam: { config: [{ subnet: '172.28.0.0/16', ipRange: '172.28.5.0/24' }] },
    })
    expect(compose.services.db).toMatchObject({ restart: { name: 'always' }, environment: {}, privileged: false })
  })

  it('follows anchors and merge keys, with the own keys of a service first', () => {
    const { compose } = readComposeFile(
      `x-base: &base
  image: app
  environment: { LEVEL: info }
  restart: on-failure:3
services:
  one: { <<: *base }
  two:
    <<: [ { read_only: true }, *base ]
    environment: { LEVEL: debug }
`,
      'compose.yaml',
    )
    expect(compose.services.one).toMatchObject({
      environment: { LEVEL: 'info' },
      restart: { name: 'on-failure', maximumRetryCount: 3 },
    })
    expect(compose.services.two).toMatchObject({ environment: { LEVEL: 'debug' }, readOnly: true })
  })

  it('takes a service that others wait for to be done as a job', () => {
    const { compose } = readComposeFile(
      `services:
  migrate: { image: app }
  keep: { image: app, restart: always }
  web: { image: app, depends_on: { migrate: { condition: service_completed_successfully }, keep: { condition: service_completed_successfully } } }
`,
      'compose.yaml',
    )
    expect(compose.services.migrate?.restart).toEqual({ name: 'no' })
    expect(compose.services.keep?.restart).toEqual({ name: 'always' })
    expect(compose.services.web?.restart).toEqual({ name: 'always' })
  })
})

describe('a service', () => {
  it.each<[string, string, object]>([
    [
      'a command line',
      `command: serve --name 'two words' "a \\"b\\"" c\\ d ''`,
      { command: ['serve', '--name', 'two words', 'a "b"', 'c d', ''] },
    ],
    ['a command list', 'command: [sh, -c, "echo $$HOME"]', { command: ['sh', '-c', 'echo $HOME'] }],
    ['an empty entrypoint', 'entrypoint: []', { entrypoint: [] }],
    [
      'environment as a mapping',
      'environment: { A: 1.10, B: true, C: "x", D: "" }',
      { environment: { A: '1.10', B: 'true', C: 'x', D: '' } },
    ],
    ['environment as a list', 'environment: [A=1, "B=x=y", C=]', { environment: { A: '1', B: 'x=y', C: '' } }],
    [
      'variables with defaults',
      'environment: { A: "${PORT:-80}", B: "${X-${Y:-deep}}", C: "a$$b", D: "${Q:+on}" }',
      { environment: { A: '80', B: 'deep', C: 'a$b', D: '' } },
    ],
    ['a default for a number', 'mem_limit: ${MEM:-64m}', { memLimitBytes: 64 * 1024 * 1024 }],
    ['labels', 'labels: [a, b=2]', { labels: { a: '', b: '2' } }],
    [
      'labels',
      'labels: { io.flotilla.features.requires.sw.linux: ">=6.1 || 5.10.x", io.balena.features.requires.hw.device-type: any }',
      {
        labels: {
          'io.flotilla.features.requires.sw.linux': '>=6.1 || 5.10.x',
          'io.balena.features.requires.hw.device-type': 'any',
        },
      },
    ],
    [
      'short ports',
      'ports: ["8080:80", 53, "127.0.0.1:5000:5000/udp", "[::1]:81:81", ":99"]',
      {
        ports: [
          { published: 8080, target: 80, protocol: 'tcp' },
          { target: 53, protocol: 'tcp' },
          { hostIp: '127.0.0.1', published: 5000, target: 5000, protocol: 'udp' },
          { hostIp: '::1', published: 81, target: 81, protocol: 'tcp' },
          { target: 99, protocol: 'tcp' },
        ],
      },
    ],
    [
      'port ranges',
      'ports: ["9090-9091:8080-8081"]',
      {
        ports: [
          { published: 9090, target: 8080, protocol: 'tcp' },
          { published: 9091, target: 8081, protocol: 'tcp' },
        ],
      },
    ],
    [
      'long ports',
      'ports: [{ target: 80, published: "8080", protocol: udp, host_ip: 10.0.0.1, mode: host, name: web }]',
      { ports: [{ target: 80, published: 8080, protocol: 'udp', hostIp: '10.0.0.1' }] },
    ],
    ['expose', 'expose: [80, "53/udp", "3000-3001"]', { expose: ['80', '53/udp', '3000', '3001'] }],
    [
      'short volumes',
      'volumes: ["data:/data", "data:/ro:ro,z", /scratch]',
      {
        volumes: [
          { type: 'volume', source: 'data', target: '/data', readOnly: false },
          { type: 'volume', source: 'data', target: '/ro', readOnly: true },
          { type: 'volume', target: '/scratch', readOnly: false },
        ],
      },
    ],
    [
      'long volumes',
      'volumes: [{ type: volume, source: data, target: /d, read_only: true }, { type: tmpfs, target: /t, tmpfs: { size: 1m, mode: 1777 } }]',
      {
        volumes: [
          { type: 'volume', source: 'data', target: '/d', readOnly: true },
          { type: 'tmpfs', target: '/t', sizeBytes: 1048576, mode: 0o1777 },
        ],
      },
    ],
    ['tmpfs', 'tmpfs: ["/run", "/tmp:size=1m,mode=700"]', { tmpfs: { '/run': '', '/tmp': 'size=1m,mode=700' } }],
    ['one tmpfs', 'tmpfs: /run', { tmpfs: { '/run': '' } }],
    ['a list of networks', 'networks: [default]', { networks: { default: { aliases: [] } } }],
    [
      'a mapping of networks',
      'networks: { default: { aliases: [x], ipv4_address: 172.28.0.9 } }',
      { networks: { default: { aliases: ['x'], ipv4Address: '172.28.0.9' } } },
    ],
    ['network_mode', 'network_mode: host', { networkMode: 'host' }],
    [
      'a list of dependencies',
      'depends_on: [other]',
      { dependsOn: { other: { condition: 'service_started', restart: false, required: true } } },
    ],
    [
      'a mapping of dependencies',
      'depends_on: { other: { condition: service_healthy, restart: true } , gone: { condition: service_started, required: false } }',
      {
        dependsOn: {
          other: { condition: 'service_healthy', restart: true, required: true },
          gone: { condition: 'service_started', restart: false, required: false },
        },
      },
    ],
    [
      'a health check',
      'healthcheck: { test: "wget -qO- localhost || exit 1", interval: 1m30s, timeout: 500ms, start_period: 2h, retries: 3 }',
      {
        healthcheck: {
          test: ['CMD-SHELL', 'wget -qO- localhost || exit 1'],
          intervalMs: 90_000,
          timeoutMs: 500,
          startPeriodMs: 7_200_000,
          retries: 3,
        },
      },
    ],
    ['a health check that is off', 'healthcheck: { disable: true }', { healthcheck: { test: ['NONE'] } }],
    ['restart no', 'restart: no', { restart: { name: 'no' } }],
    ['restart unless-stopped', 'restart: unless-stopped', { restart: { name: 'unless-stopped' } }],
    [
      'devices',
      'devices: [/dev/i2c-1, "/dev/ttyUSB0:/dev/gps:rw", { source: /dev/a, target: /dev/b }]',
      {
        devices: [
          { host: '/dev/i2c-1', container: '/dev/i2c-1', permissions: 'rwm' },
          { host: '/dev/ttyUSB0', container: '/dev/gps', permissions: 'rw' },
          { host: '/dev/a', container: '/dev/b', permissions: 'rwm' },
        ],
      },
    ],
    [
      'rights',
      'privileged: true\n    cap_add: [NET_ADMIN]\n    cap_drop: [ALL]\n    security_opt: ["no-new-privileges:true"]\n    group_add: [999, dialout]\n    user: 1000',
      {
        privileged: true,
        capAdd: ['NET_ADMIN'],
        capDrop: ['ALL'],
        securityOpt: ['no-new-privileges:true'],
        groupAdd: ['999', 'dialout'],
        user: '1000',
      },
    ],
    [
      'limits',
      'mem_limit: 1.5g\n    mem_reservation: 64mb\n    cpus: 0.5\n    cpu_shares: 512\n    cpuset: "0-1,3"\n    pids_limit: -1\n    shm_size: 1048576\n    oom_score_adj: -500',
      {
        memLimitBytes: 1.5 * 1024 ** 3,
        memReservationBytes: 64 * 1024 ** 2,
        cpus: 0.5,
        cpuShares: 512,
        cpuset: '0-1,3',
        pidsLimit: -1,
        shmSizeBytes: 1048576,
        oomScoreAdj: -500,
      },
    ],
    [
      'ulimits',
      'ulimits: { nproc: 65535, nofile: { soft: 1024, hard: -1 } }',
      { ulimits: { nproc: { soft: 65535, hard: 65535 }, nofile: { soft: 1024, hard: -1 } } },
    ],
    ['sysctls', 'sysctls: { net.core.somaxconn: 1024 }', { sysctls: { 'net.core.somaxconn': '1024' } }],
    [
      'extra_hosts as a list',
      'extra_hosts: ["a:10.0.0.1", "b=::1", "host:host-gateway"]',
      { extraHosts: ['a:10.0.0.1', 'b:::1', 'host:host-gateway'] },
    ],
    [
      'extra_hosts as a mapping',
      'extra_hosts: { a: 10.0.0.1, b: [10.0.0.2, 10.0.0.3] }',
      { extraHosts: ['a:10.0.0.1', 'b:10.0.0.2', 'b:10.0.0.3'] },
    ],
    [
      'name servers',
      'dns: 1.1.1.1\n    dns_search: [a.example, b.example]\n    dns_opt: ["ndots:2"]',
      { dns: ['1.1.1.1'], dnsSearch: ['a.example', 'b.example'], dnsOpt: ['ndots:2'] },
    ],
    [
      'life',
      'stop_signal: SIGINT\n    stop_grace_period: 1m\n    init: true\n    tty: true\n    hostname: h\n    domainname: d.example\n    working_dir: /w\n    read_only: true\n    ipc: "service:other"\n    pid: host',
      {
        stopSignal: 'SIGINT',
        stopGracePeriodMs: 60_000,
        init: true,
        tty: true,
        hostname: 'h',
        domainname: 'd.example',
        workingDir: '/w',
        readOnly: true,
        ipc: 'service:other',
        pid: 'host',
      },
    ],
    [
      'logging',
      'logging: { driver: json-file, options: { max-size: 10m, max-file: 3 } }',
      { logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } } },
    ],
    ['members without a value', 'ports:\n    environment:\n    command:', { ports: [], environment: {} }],
  ])('understands %s', (_name, yaml, expected) => {
    expect(readService(yaml)).toMatchObject(expected)
  })
})
