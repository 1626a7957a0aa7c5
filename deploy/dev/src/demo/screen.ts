import { relative } from 'node:path'
import { styleText } from 'node:util'

/** What the person reads; colours only in a terminal. */
export const screen = {
  done: (text: string, note = '') => print(`${paint('green', '✓')} ${text}${note && paint('dim', `  ${note}`)}`),
  doing: (text: string) => print(`${paint('cyan', '•')} ${text}`),
  problem: (text: string) => process.stderr.write(`${paint('red', '✗')} ${text}\n`),
  print,
}

export interface Summary {
  url: string
  email: string
  /** Only at the first start. */
  password?: string
  passwordFile: string
  /** Absent: no page answers. */
  pageUrl?: string
  appFolder: string
  logFolder: string
  device: string
  fleet: string
}

export function showSummary(summary: Summary): void {
  const app =
    summary.pageUrl &&
    `  The app       ${paint('cyan', summary.pageUrl)}   on device ${summary.device} of fleet ${summary.fleet}\n`
  const login = summary.password ? `${summary.email}   password ${summary.password}` : summary.email
  print(`
${paint('bold', 'Flotilla runs.')}

  Dashboard     ${paint('cyan', summary.url)}
  Sign in       ${login}
                ${paint('dim', `the first password is also in ${here(summary.passwordFile)}`)}
${app ?? ''}
${paint('bold', 'Try next, in another terminal:')}

  Change the app, and see it on the device:
    cd ${here(summary.appFolder)}
    echo "Hello from my own fleet!" > message.txt
    git commit -am "say hello myself"
    git push

  Ask the fleet:
    npx flotilla login ${summary.url} --email ${summary.email}
    npx flotilla device list --fleet ${summary.fleet}
    npx flotilla device logs ${summary.device} -f
    npx flotilla env set --fleet ${summary.fleet} COLOR=seagreen

  The logs of every program are in ${here(summary.logFolder)}

${paint('dim', 'Ctrl-C stops all of it. The next "npm start" goes on with the same data; "npm start -- --reset" begins anew.')}
`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function here(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

function paint(style: 'bold' | 'dim' | 'green' | 'cyan' | 'red', text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text
}
