// jest's globalTeardown: stops what setup.mjs started.
export default async function teardown() {
  const { stopSharedServers } = await import('../src/testing/shared-servers.ts')
  await stopSharedServers()
}
