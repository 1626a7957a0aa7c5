/**
 * Settings for one run of git that make it show our token to this server, and to no other. They travel in the
 * environment, which other users cannot see: command lines and the URLs of remotes can be read by everybody.
 */
export function gitCredentials(
  server: string,
  token: string,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const basic = Buffer.from(`flotilla:${token}`).toString('base64')
  // The person may have settings of this kind too; ours are counted after them.
  const first = Number(inherited.GIT_CONFIG_COUNT ?? 0)
  return {
    GIT_CONFIG_COUNT: String(first + 1),
    [`GIT_CONFIG_KEY_${first}`]: `http.${server}/.extraHeader`,
    [`GIT_CONFIG_VALUE_${first}`]: `Authorization: Basic ${basic}`,
    // A refused token must end the push, not ask for a user name that nobody has.
    GIT_TERMINAL_PROMPT: '0',
  }
}
