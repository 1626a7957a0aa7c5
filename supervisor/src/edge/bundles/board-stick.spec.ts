import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { run } from '../../testing/disks.js'
import { eventually } from '../../testing/eventually.js'
import { FakeCloud } from '../../testing/fake-cloud.js'

const SUPERVISOR = new URL('../../..', import.meta.url).pathname

/*
 * The program itself beside the first process of a board, which has a slot for sticks: a machine of its own as far as
 * processes and mounts go, with a loop device as what is in the slot.
 */
describe('the program on a board with a slot for sticks', () => {
  let folder: string
  let cloud: FakeCloud
  let loop: string
  let board: ChildProcess | undefined
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fboard-'))
    cloud = await FakeCloud.start()
    const content = join(folder, 'content')
    await mkdir(content)
    await writeFile(join(content, 'weather.flotilla'), 'This was to be a bundle.')
    const image = join(folder, 'image')
    run(['truncate', '--size=8M', image])
    run(['mkfs.ext4', '-q', '-d', content, image])
    loop = run(['losetup', '--find', '--show', image]).trim()
  })
  afterEach(async () => {
    board?.kill('SIGKILL')
    // All that is mounted for it goes with its last process.
    if (board?.exitCode === null && board.signalCode === null) await once(board, 'exit')
    await cloud.stop()
    run(['losetup', '--detach', loop])
    await rm(folder, { recursive: true })
  })

  it('reads what is in the slot, and its history tells what became of it', async () => {
    const program = join(folder, 'supervisor.mjs')
    expect(spawnSync(process.execPath, [join(SUPERVISOR, 'build.mjs'), program], { encoding: 'utf8' }).stderr).toBe('')
    const number = `7 ${basename(loop).slice('loop'.length)}`
    const boot = `
    mount -t tmpfs slots /sys/block
    mkdir -p /sys/block/sda/sda1
    echo 1 >/sys/block/sda/removable
    echo 16384 >/sys/block/sda/size
    echo 1 >/sys/block/sda/sda1/partition
    echo ${number.replace(' ', ':')} >/sys/block/sda/sda1/dev
    mount -t tmpfs devices /dev
    mknod /dev/null c 1 3
    mknod /dev/sda1 b ${number}
    exec ${process.execPath} ${program}`
    const environment = {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      FLOTILLA_SERVER_URL: cloud.url,
      FLOTILLA_PROVISIONING_KEY: 'key',
      FLOTILLA_STATE_DIR: join(folder, 'state'),
      FLOTILLA_BUNDLE_USB: 'on',
      DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
    }
    const alone = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-ec', boot]
    board = spawn('unshare', alone, { stdio: 'ignore', env: environment })
    const refused = () => cloud.device.events.find(({ kind }) => kind === 'bundle-refused')
    await eventually(() => refused() !== undefined)
    expect(refused()?.detail).toMatchObject({ name: 'sda1/weather.flotilla', way: 'usb', code: 'not-a-bundle' })
  })
})
