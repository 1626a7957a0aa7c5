/** The line that makes a board a device. In single quotes, which nothing in it can end. */
export function installCommand(server: string, query: { key: string; name?: string }): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${encodeURIComponent(value).replaceAll("'", '%27')}`,
  )
  return `curl -fsSL '${server}/install.sh?${parameters.join('&')}' | sudo sh`
}
