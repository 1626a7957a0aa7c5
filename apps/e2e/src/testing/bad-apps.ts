/** Releases that build and then fail on the board, each in a way that people really fail in. */

const CONFIRM_SECONDS = 12

interface Page {
  line: string
  // Lines of the service's compose entry.
  extra?: string[]
  command?: string
}

/** A page that serves a line on port 8000, watched for some seconds; `command` takes the place of the server. */
export function watchedPage({ line, extra = [], command = SERVE }: Page): Record<string, string> {
  const compose = [
    'services:',
    '  web:',
    '    build: .',
    "    ports: ['8000:8080']",
    '    stop_grace_period: 1s',
    '    labels:',
    `      io.flotilla.update.confirm-seconds: '${CONFIRM_SECONDS}'`,
    ...extra,
    '',
  ]
  return {
    'docker-compose.yml': compose.join('\n'),
    Dockerfile: `FROM flotilla/busybox:$TARGETARCH\nCOPY line.txt /www/index.html\n${FOREIGN_PROGRAM}\nCMD ${JSON.stringify(['sh', '-c', command])}\n`,
    'line.txt': `${line}\n`,
  }
}

const SERVE = 'exec httpd -f -p 8080 -h /www'

// An ELF file for a machine that does not exist: the kernel refuses it as it refuses another architecture's.
const FOREIGN_PROGRAM = String.raw`RUN printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\376\312\001\000\000\000' > /foreign && chmod 755 /foreign`

export interface BadRelease {
  name: string
  page: Omit<Page, 'line'>
  code: string
  // In the sentence that says why.
  reason: RegExp
  // In the last lines of the service's log, where it wrote some.
  lastLines?: string
}

export const BAD_RELEASES: BadRelease[] = [
  {
    name: 'crashes again and again',
    page: { command: 'echo "no such table: users" >&2; sleep 1; exit 3' },
    code: 'crash-loop',
    reason: /^web ended with exit code 3, three times within \d+ seconds?\.$/,
    lastLines: 'no such table: users',
  },
  {
    name: 'ends with exit code 0',
    page: { command: 'echo done; sleep 1' },
    code: 'crash-loop',
    reason: /^web ended by itself \(exit code 0\), three times within \d+ seconds?\.$/,
    lastLines: 'done',
  },
  {
    name: 'is unhealthy',
    page: {
      extra: [
        '    healthcheck:',
        '      test: echo cannot reach the sensor; exit 1',
        '      interval: 1s',
        '      retries: 2',
      ],
    },
    code: 'unhealthy',
    reason: /^web is unhealthy: cannot reach the sensor$/,
  },
  {
    name: 'takes more memory than it may have',
    page: { command: 'sleep 1; exec tail /dev/zero', extra: ['    mem_limit: 16m'] },
    code: 'crash-loop',
    reason: /^web was killed because it ran out of memory, three times/,
  },
  {
    name: 'wants a port that something else has',
    page: { extra: ['  other:', '    build: .', "    ports: ['8000:8080']"] },
    code: 'cannot-start',
    reason: /could not be started, three times: port 8000 is already in use\.$/,
  },
  {
    name: 'has no such entry point',
    page: { extra: ['    entrypoint: /no/such/program'] },
    code: 'cannot-start',
    reason: /could not be started.*its image has no program \/no\/such\/program\.$/,
  },
  {
    name: 'is for another architecture',
    page: { extra: ['    entrypoint: /foreign'] },
    code: 'crash-loop',
    reason: /built for another kind of processor\.$/,
    lastLines: 'exec format error',
  },
]
