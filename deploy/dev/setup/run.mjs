import { spawn } from 'node:child_process'

/** Runs a program in the terminal of the person; gives its exit code. */
export function runInTerminal(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? 128 : code))
  })
}

/** Runs a program silently; gives its exit code and all that it printed. */
export function runSilently(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const finish = (code) => resolve({ code, output: Buffer.concat(chunks).toString() })
    child.once('error', (error) => {
      chunks.push(Buffer.from(error.message))
      finish(127)
    })
    child.once('close', finish)
  })
}
