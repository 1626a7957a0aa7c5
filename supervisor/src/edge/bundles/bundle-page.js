/*
 * What the page of the door to the local network does: it shows the board, and sends it a file in pieces. It is part of
 * that page, with its style, once the supervisor is built.
 */
const ROUTE = '/flotilla/v1/bundle'
const PIECE_BYTES = 4 * 1024 * 1024
const LOOK_MS = 2000
const RETRY_MS = 3000
const at = (id) => document.getElementById(id)
let stopping
let isPaused
let sent

const show = (id, text) => {
  if (at(id).textContent !== text) at(id).textContent = text
}
const showResult = (text, kind) => {
  show('result', text)
  at('result').className = kind ?? ''
}
const bytesText = (bytes) =>
  bytes < 1e6 ? Math.ceil(bytes / 1e3) + ' kB' : (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0) + ' MB'
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const fillList = (id, lines) => {
  const now = [...at(id).children].map((it) => it.textContent)
  if (now.join('\n') === lines.join('\n')) return
  at(id).replaceChildren(...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })))
}

function showBoard(board) {
  show('name', board.device.name)
  document.title = 'Update ' + board.device.name
  show('fleet', board.fleet ? 'Fleet ' + board.fleet.organization + '/' + board.fleet.name : 'In no fleet yet')
  const running = board.running.map(({ app, release }) => app + ': release ' + release.version)
  fillList('running', running.length > 0 ? running : ['No release runs whole.'])
  show('sentence', board.sentence)
  show('hint', 'There is room for ' + bytesText(board.mostBytes) + '.')
  at('bundles-section').hidden = board.bundles.length === 0
  fillList('bundles', board.bundles.map(bundleText))
  const mine = sent && board.bundles.find(({ name }) => name === sent)
  if (mine) showBundle(mine)
}

function bundleText(bundle) {
  const what = bundle.release ? 'release ' + bundle.release.version : bundle.name
  return what + ': ' + stateText(bundle)
}

function stateText({ state, doneBytes, neededBytes, isRunning, givenUp, reason }) {
  if (state === 'refused') return 'refused. ' + (reason ?? '')
  if (givenUp !== undefined) return 'the board gave it up, and runs what ran before. ' + givenUp
  if (isRunning) return 'runs.'
  if (state === 'done') return 'its images are on the board; it is being started.'
  if (state === 'waiting') return 'waits.'
  const done = 'its images go into the engine, ' + bytesText(doneBytes) + ' of ' + bytesText(neededBytes) + '.'
  return reason ? done + ' ' + reason : done
}

function showBundle(bundle) {
  const kind = bundle.state === 'refused' || bundle.givenUp !== undefined ? 'bad' : bundle.isRunning ? 'good' : ''
  showResult(
    bundle.isRunning
      ? 'Done: the board runs ' + bundle.release.version + '.'
      : 'The board has it: ' + stateText(bundle),
    kind,
  )
}

async function look() {
  const answer = await fetch(ROUTE, { cache: 'no-store' })
  if (!answer.ok) throw new Error('The board answers ' + answer.status + '.')
  const board = await answer.json()
  showBoard(board)
  return board
}

/* The same file is the same upload, whenever it goes on. */
const idOf = (file) =>
  (file.size + '-' + file.lastModified + '-' + file.name.replace(/[^A-Za-z0-9_.-]/g, '_')).slice(0, 128)

function post(file, first, onProgress) {
  const piece = file.slice(first, Math.min(file.size, first + PIECE_BYTES))
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    stopping = () => request.abort()
    request.open('POST', ROUTE)
    request.timeout = 120000
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('content-range', 'bytes ' + first + '-' + (first + piece.size - 1) + '/' + file.size)
    request.setRequestHeader('flotilla-upload', idOf(file))
    request.setRequestHeader('flotilla-bundle-file', encodeURIComponent(file.name))
    request.upload.onprogress = ({ loaded }) => onProgress(first + loaded)
    request.onload = () => {
      try {
        resolve({ status: request.status, body: JSON.parse(request.responseText) })
      } catch {
        reject(new Error('The board answers ' + request.status + '.'))
      }
    }
    request.onerror = request.ontimeout = () => reject(new Error('The board cannot be reached.'))
    request.onabort = () => reject(new Error('Paused.'))
    request.send(piece)
  })
}

const PASSING = ['busy', 'too-many-requests', 'bad-upload', 'too-slow', 'internal']

async function sendAll(file) {
  const began = { at: Date.now(), bytes: undefined }
  const onProgress = (bytes) => {
    began.bytes ??= bytes
    const rate = ((bytes - began.bytes) / Math.max(1, Date.now() - began.at)) * 1000
    at('progress').value = bytes / file.size
    const left = rate > 0 ? ', ' + Math.ceil((file.size - bytes) / rate) + ' s left' : ''
    show(
      'figures',
      bytesText(bytes) + ' of ' + bytesText(file.size) + (rate > 0 ? ', ' + bytesText(rate) + '/s' : '') + left,
    )
  }
  const { upload } = await look()
  let next = upload && upload.id === idOf(file) && upload.sizeBytes === file.size ? upload.receivedBytes : 0
  // Its answer was lost: a refused one would be gone.
  if (next === file.size) return { upload }
  for (;;) {
    const { status, body } = await post(file, next, onProgress)
    if (status === 200 && body.accepted) return body
    if (status === 200) next = body.upload.receivedBytes
    else if (body.code === 'wrong-offset')
      next = body.upload && body.upload.id === idOf(file) ? body.upload.receivedBytes : 0
    else
      throw Object.assign(new Error(body.detail ?? 'The board answers ' + status + '.'), {
        isFinal: !PASSING.includes(body.code),
      })
  }
}

async function send(file) {
  let isOver = false
  isPaused = false
  at('send').hidden = true
  at('stop').hidden = at('sending').hidden = false
  at('file').disabled = true
  sent = undefined
  showResult('')
  while (!isOver) {
    try {
      const { upload, accepted } = await sendAll(file)
      sent = upload.name
      at('sending').hidden = true
      showResult(
        accepted && !accepted.isNew
          ? 'The board has it; it knew of this release already.'
          : 'The board has it, and updates now.',
        'good',
      )
      isOver = true
    } catch (error) {
      isOver = isPaused || error.isFinal
      at('sending').hidden = Boolean(error.isFinal)
      if (isPaused) showResult('Paused. What was sent is kept for a day.')
      else if (error.isFinal) showResult('The board does not take it: ' + error.message, 'bad')
      else showResult(error.message + ' Trying again.', 'bad')
      if (!isOver) await pause(RETRY_MS)
      if (isPaused) isOver = true
    }
  }
  at('stop').hidden = true
  at('send').hidden = at('file').disabled = false
}

at('file').addEventListener('change', () => {
  at('send').hidden = at('file').files.length === 0
  showResult('')
})
at('send').addEventListener('click', () => send(at('file').files[0]))
at('stop').addEventListener('click', () => {
  isPaused = true
  showResult('Paused. What was sent is kept for a day.')
  stopping?.()
})
const watch = async () => {
  await look().catch(() => show('sentence', 'The board does not answer just now.'))
  setTimeout(watch, LOOK_MS)
}
void watch()
