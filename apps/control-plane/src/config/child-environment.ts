/** All that the programs we start need of our own environment: where programs are. Our secrets are none of theirs. */
export function childEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8' }
}
