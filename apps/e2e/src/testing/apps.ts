/** Apps of the tests: small, and without a public registry. */

/** One service that serves one line over HTTP at the device's `port`. */
export function pageApp(line: string, port = 8000): Record<string, string> {
  return {
    'docker-compose.yml': `services:\n  web:\n    build: .\n    ports: ['${port}:8080']\n    init: true\n`,
    Dockerfile:
      'FROM flotilla/busybox:$TARGETARCH\nCOPY line.txt /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    'line.txt': `${line}\n`,
  }
}

/** Three services: a store with a volume, an api that waits for it to be healthy, and a page that needs the api. */
export function threeServiceApp(lines: { store?: string; api?: string; web?: string } = {}): Record<string, string> {
  const service = (name: keyof typeof lines) => ({
    [`${name}/Dockerfile`]:
      'FROM flotilla/busybox:$TARGETARCH\nCOPY line.txt /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    [`${name}/line.txt`]: `${lines[name] ?? name}\n`,
  })
  return { 'docker-compose.yml': THREE_SERVICES, ...service('store'), ...service('api'), ...service('web') }
}

const THREE_SERVICES = `
services:
  store:
    build: ./store
    init: true
    volumes: ['kept:/kept']
    networks: [inside]
    healthcheck:
      test: wget -q -O /dev/null http://127.0.0.1:8080/
      interval: 1s
      timeout: 2s
      retries: 10
  api:
    build: ./api
    init: true
    networks: [inside]
    depends_on:
      store: { condition: service_healthy }
  web:
    build: ./web
    init: true
    ports: ['8100:8080']
    networks: [inside, default]
    depends_on: [api]
volumes:
  kept: {}
networks:
  inside: { internal: true }
`

/** One service whose image has so many megabytes that no compression makes smaller, in three layers. */
export function bigApp(megabytes: number): Record<string, string> {
  const layer = (name: string) =>
    `RUN dd if=/dev/urandom of=/${name} bs=1M count=${Math.round(megabytes / 3)} 2>/dev/null`
  return {
    'docker-compose.yml': 'services:\n  big:\n    build: .\n    init: true\n',
    Dockerfile: `FROM flotilla/busybox:$TARGETARCH\n${['one', 'two', 'three'].map(layer).join('\n')}\nCMD ["sleep", "1000000"]\n`,
  }
}
