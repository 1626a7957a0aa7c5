import { Command, InvalidArgumentError } from 'commander'
import { once } from 'node:events'
import { compareOnBadLink } from './bad-link.js'
import { askLab, listenForDeeds } from './control.js'
import { carryOut, type Deed } from './deeds.js'
import { Lab } from './lab.js'

/*
 * `npm run lab -- …`: boards to try things on by hand. See README.md beside this file.
 */

const MOST_DEVICES = 20
const WRONG_USAGE = 2
const EMAIL = 'admin@example.com'

const program = new Command('lab')
  .description('A whole Flotilla on this machine, with boards that have a power switch and links that can be spoiled.')
  .showHelpAfterError('(`npm run lab -- --help` shows what there is)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE))

program
  .command('up')
  .description('start a control plane and devices, and stay until Ctrl-C or `down`')
  .argument('[devices]', 'how many', devices, 3)
  .action(up)
deedCommand('status', 'what each device is at', (): Deed => ({ do: 'status' }))
deviceCommand('power-off', 'pull its plug: all of it ends at once, unsynced writes are lost')
deviceCommand('power-on', 'boot it: engine first, then the supervisor')
deviceCommand('cut', 'lose every packet from and to it')
deviceCommand('mend', 'make its link good again')
program
  .command('link <device>')
  .description('spoil its link; what is not given is left good')
  .option('--loss <percent>', 'share of packets lost each way', number)
  .option('--rate <kbit>', 'kilobits per second each way', number)
  .action((device: string, { loss, rate }: { loss?: number; rate?: number }) => ask({ do: 'link', device, loss, rate }))
program
  .command('flap <device>')
  .description('cut its link again and again')
  .requiredOption('--every <seconds>', 'length of a period', number)
  .requiredOption('--down <seconds>', 'for how long of each it is cut', number)
  .action((device: string, { every, down }: { every: number; down: number }) =>
    ask({ do: 'flap', device, every, down }),
  )
program
  .command('cloud <state>')
  .description('`off`: nobody answers devices any more; `on`: the control plane is back')
  .action((state: 'off' | 'on') => ask({ do: 'cloud', state }))
program
  .command('logs <device>')
  .description("the supervisor's last lines")
  .option('--lines <n>', 'how many', number, 50)
  .action((device: string, { lines }: { lines: number }) => ask({ do: 'logs', device, lines }))
program
  .command('bad-link')
  .description('bring a large image over a bad link, through the supervisor and by the engine itself; takes long')
  .option('--megabytes <n>', 'size of the image', number, 300)
  .option('--kilobits <n>', 'rate of the link, per second', number, 2000)
  .option('--loss <percent>', 'share of packets lost each way', number, 5)
  .option('--minutes <n>', 'give up after so long', number, 120)
  .action(compareOnBadLink)
deedCommand('down', 'end the lab, and leave nothing behind', (): Deed => ({ do: 'down' }))

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})

async function up(count: number): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  let lab: Lab | undefined
  const server = await listenForDeeds(async (deed) => {
    if (deed.do === 'down') {
      ending.abort()
      return 'The lab ends.'
    }
    if (!lab) throw new Error('The lab is still starting.')
    return carryOut(lab, deed)
  })
  try {
    console.log(`Starting a control plane and ${count} devices; this takes some seconds for each.`)
    lab = await Lab.start({ devices: count })
    console.log(await welcome(lab))
    if (!ending.signal.aborted) await once(ending.signal, 'abort')
  } finally {
    console.log('Stopping.')
    server.close()
    await lab?.stop()
  }
}

async function welcome(lab: Lab): Promise<string> {
  const { world, fleet } = lab
  return [
    '',
    `Control plane   ${world.stack.url}   ${EMAIL} / ${world.password}`,
    `Push an app     git push ${world.remote(fleet)} main`,
    `With the CLI    FLOTILLA_SERVER=${world.stack.url} FLOTILLA_TOKEN=${world.token} node apps/cli/dist/main.js device list`,
    '',
    await carryOut(lab, { do: 'status' }),
    '',
    'In another terminal: npm run lab -- power-off 1, power-on 1, cut 2, link 3 --loss 5 --rate 2000, status, --help',
    'Ctrl-C ends it.',
  ].join('\n')
}

function deviceCommand(name: 'power-off' | 'power-on' | 'cut' | 'mend', description: string): void {
  deedCommand(`${name} <device>`, description, (device = ''): Deed => ({ do: name, device }))
}

function deedCommand(usage: string, description: string, deed: (argument?: string) => Deed): void {
  program
    .command(usage)
    .description(description)
    .action((argument: unknown) => ask(deed(typeof argument === 'string' ? argument : undefined)))
}

async function ask(deed: Deed): Promise<void> {
  console.log(await askLab(deed))
}

function devices(value: string): number {
  const count = number(value)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_DEVICES) return count
  throw new InvalidArgumentError(`A lab has 1 to ${MOST_DEVICES} devices.`)
}

function number(value: string): number {
  const parsed = Number(value)
  if (value.trim() === '' || !Number.isFinite(parsed)) throw new InvalidArgumentError('That is no number.')
  return parsed
}
