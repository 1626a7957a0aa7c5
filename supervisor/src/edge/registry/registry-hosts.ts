/*
 * How a registry's host may be spoken to, by the engine's own rules, so that what the engine could pull the supervisor
 * can: over TLS, trusting the authorities in certs.d too; unchecked or without TLS only where the engine would.
 */
import { lookup } from 'node:dns/promises'
import { readFile, readdir } from 'node:fs/promises'
import { BlockList, isIP } from 'node:net'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Engine, RegistryRules } from '../../ports.js'

export interface HostAccess {
  isInsecure: boolean
  // PEM; absent: those that everybody trusts.
  authorities?: string[]
}

// Settings of an engine change when it is restarted, or told to read them again.
const KNOWN_FOR_MS = 300_000
const LOOPBACK: RegistryRules = { insecureHosts: [], insecureNetworks: ['127.0.0.0/8', '::1/128'] }

export class RegistryHosts {
  private readonly known = new Map<string, { access: Promise<HostAccess>; untilMs: number }>()

  /** `certificates`: the engine's certs.d as this process reaches it. */
  constructor(
    private readonly engine: Pick<Engine, 'registryRules'>,
    private readonly certificates: string,
  ) {}

  /** `host` as in an image's name, with its port. */
  access(host: string): Promise<HostAccess> {
    const now = performance.now()
    const known = this.known.get(host)
    if (known && now < known.untilMs) return known.access
    const access = this.find(host)
    this.known.set(host, { access, untilMs: now + KNOWN_FOR_MS })
    access.catch(() => this.known.delete(host))
    return access
  }

  private async find(host: string): Promise<HostAccess> {
    const [isInsecure, authorities] = await Promise.all([this.isInsecure(host), this.authorities(host)])
    return { isInsecure, authorities }
  }

  private async isInsecure(host: string): Promise<boolean> {
    if (await isWithin(host, LOOPBACK)) return true
    return isWithin(host, await this.engine.registryRules())
  }

  private async authorities(host: string): Promise<string[] | undefined> {
    const folder = join(this.certificates, host)
    const names = await readdir(folder).catch((): string[] => [])
    const own = names.filter((name) => name.endsWith('.crt')).map((name) => readFile(join(folder, name), 'utf8'))
    return own.length === 0 ? undefined : [...rootCertificates, ...(await Promise.all(own))]
  }
}

async function isWithin(host: string, { insecureHosts, insecureNetworks }: RegistryRules): Promise<boolean> {
  if (insecureHosts.includes(host)) return true
  const networks = new BlockList()
  for (const network of insecureNetworks) {
    const [address = '', prefix] = network.split('/')
    if (isIP(address)) networks.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  const addresses = await addressesOf(new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''))
  return addresses.some((address) => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

async function addressesOf(name: string): Promise<string[]> {
  if (isIP(name)) return [name]
  // Who cannot be found is in none of them, and will not be reached either.
  const found = await lookup(name, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}
