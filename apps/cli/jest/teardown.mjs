// jest's globalTeardown: stops what setup.mjs started.
export default async function teardown() {
  const { stopTestServer } = await import('../src/testing/server.ts')
  await stopTestServer()
}
