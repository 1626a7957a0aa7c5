// What a person reads while a command sets things up. Nothing here but Node's own modules: it runs before `npm ci`.

const colors = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code) => (text) => (colors ? `\u001b[${code}m${text}\u001b[0m` : text)

export const bold = paint(1)
export const dim = paint(2)
export const green = paint(32)
export const red = paint(31)
export const cyan = paint(36)

export function title(text) {
  console.log(`\n${bold(text)}\n`)
}

export function done(text, note = '') {
  console.log(`${green('✓')} ${text}${note && dim(`  ${note}`)}`)
}

export function doing(text) {
  console.log(`${cyan('•')} ${text}`)
}

/** An error whose message already tells a person what to do: it is shown without a stack. */
export class SetupError extends Error {
  exitCode = 1
}

/** The command was not called as it can be: one line says what is wrong with it. */
export class UsageError extends SetupError {
  exitCode = 2
}

/** Runs a command of ours; what goes wrong in it is shown as a person can use it, and ends the program. */
export async function runCommand(command) {
  try {
    process.exitCode = (await command()) ?? process.exitCode
  } catch (error) {
    const expected = error instanceof SetupError || error?.forPeople === true
    console.error(`${error instanceof UsageError ? '' : '\n'}${red('✗')} ${expected ? error.message : error.stack}`)
    for (let cause = error.cause; cause instanceof Error; cause = cause.cause) console.error(dim(`  ${cause.message}`))
    process.exit(error?.exitCode ?? 1)
  }
}
