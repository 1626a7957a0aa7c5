/*
 * Started by git, as pre-receive and proc-receive, in the middle of a push: hands everything over to the api through a
 * unix socket and does what it answers. Plain JavaScript, because git runs it as it stands; it must know nothing else.
 *
 * To the api: one line of JSON, then what git says on stdin. Back: lines of JSON, { say } for the pusher's terminal,
 * { answer } for git, { exit } at the end.
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const [, , socketPath, hook] = process.argv
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    ['GIT_QUARANTINE_PATH', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES'].includes(name),
  ),
)
const options = Array.from(
  { length: Number(process.env.GIT_PUSH_OPTION_COUNT ?? 0) },
  (_, index) => process.env[`GIT_PUSH_OPTION_${index}`] ?? '',
)

// Until the api says otherwise, the push is refused.
process.exitCode = 1
// The pusher is gone: the build goes on, and so does the rest of the push.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const socket = connect(socketPath)
let isAnswered = false
socket.on('error', () => undefined)
socket.on('close', () => {
  if (!isAnswered)
    process.stderr.write('The server stopped in the middle of the push; what it builds goes on. Push again.\n')
  process.stdin.destroy()
})
socket.write(`${JSON.stringify({ push: process.env.FLOTILLA_PUSH, hook, environment, options })}\n`)
process.stdin.pipe(socket)
createInterface({ input: socket }).on('line', (line) => {
  const { say, answer, exit } = JSON.parse(line)
  if (say !== undefined) process.stderr.write(`${say}\n`)
  if (answer !== undefined) process.stdout.write(answer)
  if (exit !== undefined) {
    isAnswered = true
    process.exitCode = exit
    socket.end()
  }
})
