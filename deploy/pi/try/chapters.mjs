// What is tried, in order; each chapter goes on where the one before it ended, and throws where something is not so.
const NAME = 'porch-1'
const SLOW_MS = 600_000

async function install({ board, cloud, say, isContainer }) {
  const line = await cloud.installLine(NAME, isContainer ? '--container --node-image flotilla/node' : '')
  say(line.replace(/key=[^&]*/, 'key=…'))
  await board.run(line, { onLine: (text) => isOurs(text) && say(text) })
}

function isOurs(text) {
  return text.startsWith('flotilla:')
}

async function nodeImage({ board, isContainer, say }) {
  if (!isContainer) return
  // There is no public registry here, so the image with Node is this board's own system.
  await board.run('apt-get update -q && apt-get install -qy --no-install-recommends docker.io apparmor nodejs')
  await board.run(
    'systemctl start docker; tar -C / --exclude=./var/lib/docker --exclude=./proc --exclude=./sys --exclude=./dev --exclude=./run --one-file-system -c . | docker import - flotilla/node',
  )
  say('an image with Node.js')
}

async function first(scene) {
  const { board, cloud, say, page, waitFor } = scene
  await nodeImage(scene)
  await install(scene)
  // The server writes down now and then, for all devices together, when it saw them.
  const isOnline = async () => (await cloud.device(NAME)).connectivity === 'online'
  await waitFor(isOnline, { what: `${NAME} is online` })
  const { stdout } = await board.run(
    'stat -c "%a %n" /etc/flotilla/supervisor.env /var/lib/flotilla; command -v node >/dev/null && node --version || true',
  )
  say(stdout.trim().replaceAll('\n', ', '))
  await cloud.push('one')
  await waitFor(async () => (await page()) === 'one', { what: 'the app answers', timeoutMs: SLOW_MS })
  say('git push, and the app answers on the board')
}

async function again(scene) {
  const { cloud, page, board } = scene
  const before = (await cloud.device(NAME)).id
  await install(scene)
  if ((await cloud.device(NAME)).id !== before) throw new Error('Installing again made another device')
  if ((await page()) !== 'one') throw new Error('Installing again stopped the app')
  const links = await board.run('ls /opt/flotilla')
  if (links.stdout.includes('trial')) throw new Error('The same version is on trial')
}

async function restart({ board, say, page, cloud, waitFor, isEmulated }) {
  // The engine of an emulated board is outside, and goes on.
  await board.run('systemctl --no-block reboot || true').catch(() => undefined)
  await board.exited
  const since = Date.now()
  await board.boot()
  await waitFor(async () => (await page()) === 'one', { what: 'the app answers after a restart', timeoutMs: SLOW_MS })
  say(`restarted; the app answers ${Math.round((Date.now() - since) / 1000)} s after power-on`)
  await isBack({ board, cloud, waitFor })
  await board.cutPower()
  const cutAt = Date.now()
  await board.boot()
  await waitFor(async () => (await page()) === 'one', { what: 'the app answers after a power cut', timeoutMs: SLOW_MS })
  await isBack({ board, cloud, waitFor })
  say(
    `power cut; the app answers and the device reports ${Math.round((Date.now() - cutAt) / 1000)} s after power-on${isEmulated ? ' (emulated)' : ''}`,
  )
}

async function isBack({ cloud, waitFor }) {
  const { id } = await cloud.device(NAME)
  const starts = async () => (await cloud.events(id)).filter(({ kind }) => kind === 'supervisor-started').length
  const before = await starts()
  await waitFor(async () => (await starts()) >= before && (await cloud.device(NAME)).connectivity === 'online', {
    what: 'the device is online',
    timeoutMs: SLOW_MS,
  })
}

// What Raspberry Pi OS has there, and Debian has not.
const CONFIG_TXT = '[cm4]\\notg_mode=1\\n\\n[all]\\ndtoverlay=vc4-kms-v3d\\n'

async function settings(scene) {
  const { board, cloud, say, page, waitFor, isEmulated } = scene
  // An emulator has threads of its own, and a process with threads may not enter another mount namespace.
  if (isEmulated) return say('left out by emulation: the supervisor cannot enter the namespaces of the first process')
  await board.run(`mkdir -p /boot/firmware && printf '${CONFIG_TXT}' >/boot/firmware/config.txt`)
  await cloud.configure({ HOST_CONFIG_dtparam: '"i2c_arm=on","spi=on"', FLOTILLA_HOST_HOSTNAME: 'roof' })
  const restarted = await Promise.race([board.exited.then(() => true), timeLimit(SLOW_MS)])
  if (!restarted) throw new Error('The board does not restart for its changed settings')
  await board.boot()
  await waitFor(async () => (await page()) === 'one', { what: 'the app answers after that', timeoutMs: SLOW_MS })
  const { stdout } = await board.run(
    'hostname; cat /etc/hostname; grep 127.0.1.1 /etc/hosts; cat /boot/firmware/config.txt',
  )
  for (const line of ['roof\nroof\n127.0.1.1\troof\n[cm4]', '\ndtparam=i2c_arm=on\ndtparam=spi=on\n']) {
    if (!stdout.includes(line)) throw new Error(`Not as it should be:\n${stdout}`)
  }
  await isInForce(scene)
  say('config.txt and host name changed by the fleet, with one restart')
}

/** One restart, not one after the other. */
async function isInForce({ board, cloud, waitFor }) {
  const isTold = async () => (await cloud.state(NAME)).host?.rebootNeeded === false
  await waitFor(isTold, { what: 'no restart is needed any more', timeoutMs: SLOW_MS })
  if (await Promise.race([board.exited.then(() => true), timeLimit(60_000)]))
    throw new Error('The board restarted again')
}

function timeLimit(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref())
}

/** Waits for an event of this kind that is newer than all there were. */
async function nextEvent({ cloud, waitFor }, kind, act) {
  const { id } = await cloud.device(NAME)
  const newest = (await cloud.events(id)).filter((event) => event.kind === kind).length
  await act()
  let found
  const isThere = async () => {
    const events = (await cloud.events(id)).filter((event) => event.kind === kind)
    found = events[0]
    return events.length > newest
  }
  await waitFor(isThere, { what: `the event ${kind}`, timeoutMs: SLOW_MS })
  return found
}

async function update(scene) {
  const { cloud, say, page } = scene
  const replaced = await nextEvent(scene, 'supervisor-replaced', async () => {
    await cloud.release('1.1.0')
    await cloud.want('latest')
  })
  say(`supervisor-replaced: ${JSON.stringify(replaced.detail)}`)
  await expectVersion(scene, '1.1.0')
  if ((await page()) !== 'one') throw new Error('The app does not answer after the update')
}

async function expectVersion({ cloud, waitFor }, version) {
  const isIt = async () => (await cloud.device(NAME)).supervisorVersion === version
  await waitFor(isIt, { what: `the device reports supervisor ${version}`, timeoutMs: SLOW_MS })
}

async function crashing(scene) {
  const { cloud, say, board } = scene
  const returned = await nextEvent(scene, 'supervisor-returned', async () => {
    await cloud.release('1.2.0', 'process.exit(1)')
    await cloud.want('1.2.0')
  })
  say(`supervisor-returned: ${JSON.stringify(returned.detail)}`)
  await expectVersion(scene, '1.1.0')
  const { stdout } = await board.run(
    'cat /opt/flotilla/launch-supervisor >/dev/null; ls -l /opt/flotilla | sed "s/.* \\([a-z]* -> .*\\)/\\1/" | grep -- "->"',
  )
  say(stdout.trim().replaceAll('\n', ', '))
}

async function hanging(scene) {
  const { cloud, say, board, isContainer } = scene
  if (isContainer) return say('left out in a container: its time limit is a quarter of an hour')
  // So that nobody has to wait for a quarter of an hour.
  await override(board, 'Environment=FLOTILLA_TRIAL_PROBE_SECONDS=2')
  const returned = await nextEvent(scene, 'supervisor-returned', async () => {
    await cloud.release('1.3.0', 'for (;;);')
    await cloud.want('1.3.0')
  })
  say(`supervisor-returned: ${JSON.stringify(returned.detail)}`)
  await expectVersion(scene, '1.1.0')
}

async function watchdog(scene) {
  const { say, board, isContainer, isEmulated, waitFor } = scene
  if (isContainer) return say('left out in a container: it has no watchdog')
  // An emulated Node alone takes a quarter of a minute to start on a busy machine.
  const [seconds, words] = isEmulated ? [120, 2] : [15, 4]
  await override(board, `WatchdogSec=${seconds}`)
  const mainPid = async () => (await board.run('systemctl show -P MainPID flotilla-supervisor')).stdout.trim()
  const before = await mainPid()
  const pings = async () => (await board.run('systemctl show -P WatchdogTimestampMonotonic flotilla-supervisor')).stdout
  for (let seen = 0, last = await pings(); seen < words; seen++) {
    await waitFor(async () => (await pings()) !== last, { what: 'systemd hears that it is alive', timeoutMs: SLOW_MS })
    last = await pings()
  }
  if ((await mainPid()) !== before) throw new Error('The watchdog ended a supervisor that was well')
  await nextEvent(scene, 'supervisor-started', () => board.run(`kill -STOP ${before}`))
  say('stopped short by hand, it was ended and started again')
}

async function override(board, line) {
  const folder = '/etc/systemd/system/flotilla-supervisor.service.d'
  await board.run(`mkdir -p ${folder} && printf '[Service]\\n${line}\\n' >${folder}/try.conf`)
  await board.run('systemctl daemon-reload && systemctl restart flotilla-supervisor')
}

async function damaged(scene) {
  const { say, board, isContainer } = scene
  const restart = isContainer ? 'docker restart flotilla-supervisor' : 'systemctl restart flotilla-supervisor'
  const started = await nextEvent(scene, 'supervisor-started', () =>
    board.run(`printf x >>/opt/flotilla/current/supervisor.mjs && ${restart}`),
  )
  await board.run('cd /opt/flotilla/current && sha256sum -c supervisor.mjs.sha256')
  say(`fetched again, and supervisor-started: ${JSON.stringify(started.detail)}`)
}

async function uninstall({ board, cloud, say, page, isEmulated }) {
  const line = await cloud.installLine(NAME, '--uninstall --purge')
  await board.run(line, { onLine: (text) => isOurs(text) && say(text) })
  // The engine of an emulated board is outside, and the board has no docker command.
  const engine = isEmulated ? '' : '; docker ps -aq; docker volume ls -q'
  const left = await board.run(`ls -d /opt/flotilla /etc/flotilla /var/lib/flotilla 2>/dev/null${engine}; true`)
  if (left.stdout.trim() !== '') throw new Error(`Left behind: ${left.stdout}`)
  if (!isEmulated && (await page()) !== '') throw new Error('The app still answers')
}

export const CHAPTERS = [
  ['the one line on an empty system', first],
  ['the same line again', again],
  ['a restart of the board, and a power cut', restart],
  ['settings of the board', settings],
  ['another supervisor', update],
  ['one that crashes', crashing],
  ['one that hangs', hanging],
  ['one that hangs after it has proven itself', watchdog],
  ['one whose file is damaged', damaged],
  ['and away again', uninstall],
]
