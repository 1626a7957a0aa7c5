export interface AddressRange {
  Subnet?: string
  Gateway?: string
}

/**
 * The engine's own address on a bridge, IPv4, by what it tells of the network. An engine that has just made its default bridge,
 * as after it was installed, tells the subnet alone until it starts anew (moby#26799); its address is the first of that.
 */
export function bridgeAddress(ranges: readonly AddressRange[] | undefined): string | undefined {
  const range = ranges?.find(({ Subnet, Gateway }) => (Gateway ?? Subnet)?.includes('.'))
  return range?.Gateway ?? firstOf(range?.Subnet)
}

function firstOf(subnet: string | undefined): string | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/
    .exec(subnet ?? '')
    ?.slice(1)
    .map(Number)
  if (!parts) return undefined
  const [bits = 32] = parts.splice(4)
  const whole = parts.reduce((sum, part) => sum * 256 + part, 0)
  const first = whole - (whole % 2 ** (32 - bits)) + 1
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')
}
