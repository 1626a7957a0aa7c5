import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, open, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StickLoop } from '../../bundles/stick-loop.js'
import { run } from '../../testing/disks.js'
import { eventually } from '../../testing/eventually.js'
import { silentLog } from '../../testing/memory-store.js'
import { bundleText, RecordedIntake } from '../../testing/recorded-intake.js'
import { StickRack } from '../../testing/stick-rack.js'
import { systemClock } from '../host/clock.js'
import { DiskBundleFolder } from './disk-bundle-folder.js'
import { LinuxSticks } from './linux-sticks.js'

// What waits for seconds on a board need not do so here.
const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(10, signal) }
const NEW = bundleText({ createdAt: '2026-11-21T08:00:00.000Z', sizeBytes: 700_000 })
const OLD = bundleText({ createdAt: '2026-11-20T08:00:00.000Z' })

describe('sticks', () => {
  let rack: StickRack
  let intake: RecordedIntake
  let end: AbortController
  let running: Promise<void>
  let log: ReturnType<typeof silentLog>
  beforeEach(async () => {
    rack = await StickRack.make()
    start()
  })
  afterEach(async () => {
    await stop()
    await rack.remove()
  })

  function start(): void {
    intake = new RecordedIntake()
    end = new AbortController()
    log = silentLog()
    const slots = new LinuxSticks({ root: rack.root, folder: join(rack.root, 'mnt') })
    const folderOf = (path: string, label: string) => new DiskBundleFolder(path, label)
    running = new StickLoop({ slots, folderOf }, intake, { clock, log }).run(end.signal)
  }
  const stop = () => {
    end.abort()
    return running
  }
  const isFree = async () => rack.mounts('sda').length === 0 && (await readdir(join(rack.root, 'mnt'))).length === 0
  /** It has looked at what is in the slots by now, and once more. */
  async function looked(): Promise<void> {
    const seen = intake.offered.length
    await rack.putIn('sdz', { files: { 'mark.flotilla': OLD } })
    await eventually(() => intake.offered.length > seen)
    expect(intake.offered.splice(seen)).toEqual(['sdz1/mark.flotilla'])
    await rack.pull('sdz')
  }

  it('give the newest bundle for this board, and are let go of as soon as it is in', async () => {
    const files = { 'old.flotilla': OLD, 'flotilla/New one.FLOTILLA': NEW, '._new.flotilla': OLD, 'notes.txt': OLD }
    await rack.putIn('sda', { files })
    await eventually(() => intake.offered.length > 0)
    expect(intake.offered).toEqual(['sda1/flotilla/New one.FLOTILLA'])
    expect((await intake.read('sda1/flotilla/New one.FLOTILLA')).equals(NEW)).toBe(true)
    expect(rack.mounts('sda')[0]).toMatch(/ ro,nosuid,nodev,noexec\S* /)
    intake.finish('sda1/flotilla/New one.FLOTILLA')
    await eventually(isFree)
    expect(intake.withdrawn).toEqual(['sda1/flotilla/New one.FLOTILLA'])
    await looked()
    expect(intake.offered).toHaveLength(1)
  })

  it('without a table of partitions are read too, and what came for other boards is not told of', async () => {
    const other = bundleText({ code: 'other-fleet', createdAt: '2026-11-21T09:00:00.000Z' })
    await rack.putIn('sda', { isWhole: true, files: { 'a.flotilla': OLD, 'b.flotilla': other } })
    await eventually(() => intake.offered.length > 0)
    await looked()
    expect(intake.offered).toEqual(['sda/a.flotilla'])
  })

  it('with nothing for this board say why, once, and are let go of', async () => {
    await rack.putIn('sda', {
      files: { 'a.flotilla': bundleText({ code: 'bad-signature' }), 'b.flotilla': Buffer.from('no') },
    })
    await eventually(() => intake.offered.length === 2)
    await eventually(isFree)
    await looked()
    expect(intake.offered).toHaveLength(2)
    expect(intake.status().map(({ state }) => state)).toContain('refused')
  })

  it('may be pulled while they are read: it is noticed, and nothing of them is held', async () => {
    await rack.putIn('sda', { files: { 'a.flotilla': NEW } })
    await eventually(() => intake.offered.length === 1)
    const loop = rack.loopOf('sda')
    // Whoever else looks at it does not keep it.
    const held = await open(join(rack.root, 'mnt/sda1/a.flotilla'))
    await rack.pull('sda')
    await eventually(() => intake.withdrawn.length === 1)
    await eventually(isFree)
    await held.close()
    await eventually(() => !rack.isHeld(loop))
    await rack.putIn('sda', { files: { 'a.flotilla': NEW } })
    await eventually(() => intake.offered.length === 2)
  })

  it('are let go of when the supervisor ends, and by the next one where it was killed', async () => {
    await rack.putIn('sda', { files: { 'a.flotilla': NEW } })
    await eventually(() => intake.offered.length === 1)
    await stop()
    expect(await isFree()).toBe(true)
    await mkdir(join(rack.root, 'mnt/sdb1'))
    run(['mount', '-o', 'ro', rack.loopOf('sda'), join(rack.root, 'mnt/sdb1')])
    run(['mount', '--bind', join(rack.root, 'mnt/sdb1'), join(rack.root, 'mnt/sdb1')])
    start()
    await eventually(() => intake.offered.length === 1)
    expect(await readdir(join(rack.root, 'mnt'))).toEqual(['sda1'])
  })

  it('are left alone where somebody uses any part of them, and read once nobody does', async () => {
    const place = join(rack.root, 'elsewhere')
    await mkdir(place)
    await stop()
    await rack.putIn('sda', { files: { 'a.flotilla': NEW } })
    await rack.say('sda', 'sda2/partition', 2)
    run(['mount', '-o', 'ro', rack.loopOf('sda'), place])
    start()
    await looked()
    expect(intake.offered).toEqual([])
    run(['umount', place])
    await eventually(() => intake.offered.length === 1)
  })

  it('that a desktop has mounted are read where they are, and left there', async () => {
    await stop()
    await rack.putIn('sda', {})
    const [folder, elsewhere] = ['media/pi/MY STICK', 'srv/disk'].map((path) => join(rack.root, path)) as [
      string,
      string,
    ]
    for (const path of [folder, elsewhere]) {
      await mkdir(path, { recursive: true })
      await writeFile(join(path, 'a.flotilla'), NEW)
    }
    await rack.mountElsewhere('sda', '/srv/disk')
    start()
    await looked()
    expect(intake.offered).toEqual([])
    await rack.mountElsewhere('sda', '/media/pi/MY\\040STICK')
    await eventually(() => intake.offered.length === 1)
    expect((await intake.read('sda1/a.flotilla')).equals(NEW)).toBe(true)
    expect(rack.mounts('sda')).toEqual([])
    intake.finish('sda1/a.flotilla')
    await eventually(() => intake.withdrawn.includes('sda1/a.flotilla'))
    expect(await readdir(folder)).toEqual(['a.flotilla'])
  })

  it.each(['holders', 'sda1/holders'])('are left alone where they are part of something larger (%s)', async (path) => {
    await rack.putIn('sda', { removable: 0, files: { 'a.flotilla': NEW } })
    await rack.say('sda', `${path}/dm-0`, '')
    await rack.say('sda', 'removable', 1)
    await looked()
    expect(intake.offered).toEqual([])
  })

  it('are what can be pulled out: no disk of the board, no slot without a card', async () => {
    await rack.putIn('sda', { removable: 0, files: { 'a.flotilla': NEW } })
    await looked()
    await rack.say('sda', 'size', 0)
    await rack.say('sda', 'removable', 1)
    await looked()
    expect(intake.offered).toEqual([])
    await rack.say('sda', 'size', 16384)
    await eventually(() => intake.offered.length === 1)
  })

  it('on USB are sticks also where they say that they are disks', async () => {
    await rack.putIn('sdu', { removable: 0, files: { 'a.flotilla': NEW } })
    const usb = 'devices/pci0000:00/usb1/1-2/host0/block'
    await mkdir(join(rack.root, 'sys', usb), { recursive: true })
    run(['mv', join(rack.root, 'sys/block/sdu'), join(rack.root, 'sys', usb, 'sdu')])
    await symlink(join('..', usb, 'sdu'), join(rack.root, 'sys/block/sdu'))
    await eventually(() => intake.offered.length === 1)
  })

  it('do not lead to files of the board', async () => {
    const secret = join(rack.root, 'secret.flotilla')
    run(['cp', '/etc/hostname', secret])
    const folder = join(rack.root, 'made')
    await mkdir(folder)
    await symlink(secret, join(folder, 'link.flotilla'))
    await symlink(rack.root, join(folder, 'flotilla'))
    await mkdir(join(folder, 'folder.flotilla'))
    run(['mkfifo', join(folder, 'pipe.flotilla')])
    expect(await new DiskBundleFolder(folder, 'sda1').list()).toEqual([])
  })

  it('that cannot be read are told of once, and others come after them', async () => {
    const magic = ['sh', '-c', 'printf "\\123\\357" | dd of="$0" bs=1 seek=1080 conv=notrunc status=none']
    await rack.putIn('sda', { command: magic })
    await rack.putIn('sdb', { command: ['mkswap'] })
    await looked()
    await looked()
    const warnings = log.entries.filter(({ level }) => level === 'warn')
    expect(warnings).toMatchObject([{ message: 'stick could not be read', fields: { stick: 'sda1' } }])
    await eventually(isFree)
  })
})
