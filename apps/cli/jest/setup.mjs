// jest's globalSetup: a Postgres and the built api for the whole run, see src/testing/server.ts.
import { register } from 'node:module'

register('../../../deploy/dev/jest/typescript-hooks.mjs', import.meta.url)

export default async function setup() {
  const { startTestServer } = await import('../src/testing/server.ts')
  await startTestServer()
}
