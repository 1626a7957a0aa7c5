/*
 * The board's system under the supervisor's hand: config.txt, host name, restart. From inside a container it goes
 * through the first process, which takes a privileged one with the host's process ids. It decides nothing.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HostControl } from '../../host/host-control.js'
import { readIfPresent, writeAtomically } from '../store/atomic-file.js'
import { runProgram } from '../volumes/run-program.js'
import { BootConfig } from './boot-config.js'
import { KernelFiles } from './kernel-files.js'

export type RunOnHost = (program: string, args: readonly string[]) => Promise<unknown>

// For all to read, as the system's own.
const PUBLIC = 0o644

export class LinuxControl implements HostControl {
  private readonly config: BootConfig
  private readonly files: KernelFiles

  /** `root`: the host's root folder as this process reaches it. */
  constructor(
    private readonly root: string,
    private readonly run: RunOnHost = runOnHost(root),
  ) {
    this.config = new BootConfig(root)
    this.files = new KernelFiles(root)
  }

  bootId(): string {
    return this.files.text('proc/sys/kernel/random/boot_id') ?? ''
  }

  readConfig(): Promise<string | undefined> {
    return this.config.read()
  }

  writeConfig(text: string): Promise<void> {
    return this.config.write(text)
  }

  hostname(): string | undefined {
    return this.files.text('etc/hostname')
  }

  async setHostname(hostname: string): Promise<void> {
    const hosts = (await readIfPresent(join(this.root, 'etc/hosts'))) ?? ''
    // Before the name itself: sudo and others look the board's own name up.
    await writeAtomically(join(this.root, 'etc/hosts'), hostsWith(hosts, hostname), PUBLIC)
    await writeAtomically(join(this.root, 'etc/hostname'), `${hostname}\n`, PUBLIC)
    // It also tells those who announce the name in the network; minimal systems have only the other one.
    await this.run('hostnamectl', ['set-hostname', hostname]).catch(() => this.run('hostname', [hostname]))
  }

  async end(kind: 'reboot' | 'shutdown'): Promise<void> {
    const verb = kind === 'reboot' ? 'reboot' : 'poweroff'
    const hasSystemd = existsSync(join(this.root, 'run/systemd/system'))
    await (hasSystemd ? this.run('systemctl', ['--no-block', verb]) : this.run(verb, []))
  }
}

/** How programs of the host are run, whose root folder this is. */
export function runOnHost(root: string): RunOnHost {
  return root === '/' ? runProgram : runBesideFirstProcess
}

/** In all namespaces of the host, with its own programs. */
function runBesideFirstProcess(program: string, args: readonly string[]): Promise<unknown> {
  return runProgram('nsenter', ['-t', '1', '-m', '-u', '-i', '-n', '-p', '--', program, ...args])
}

/** Debian's way: the board's own name is on the line of 127.0.1.1. */
function hostsWith(hosts: string, hostname: string): string {
  const line = `127.0.1.1\t${hostname}`
  const own = /^127\.0\.1\.1[ \t].*$/m
  if (own.test(hosts)) return hosts.replace(own, () => line)
  return `${hosts}${hosts === '' || hosts.endsWith('\n') ? '' : '\n'}${line}\n`
}
