// jest's globalSetup for suites that need a Postgres: see src/testing/shared-servers.ts.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)

export default async function setup() {
  const { startSharedServers } = await import('../src/testing/shared-servers.ts')
  await startSharedServers()
}
