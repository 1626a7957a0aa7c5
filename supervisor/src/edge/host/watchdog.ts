/*
 * Tells systemd that this process is alive, so that one that hangs is ended and started again. Node has no datagram
 * sockets of Unix, so systemd's own program says it, every few minutes.
 */
import { spawn } from 'node:child_process'

/** `timeoutMs`: after so long without a word systemd acts; undefined where it does not watch. */
export function tellWatchdog(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) return
  const tell = () => {
    const child = spawn('systemd-notify', ['WATCHDOG=1'], { stdio: 'ignore' })
    // Where it cannot be started, systemd will do what it is there for.
    child.on('error', () => undefined)
  }
  tell()
  setInterval(tell, timeoutMs / 3).unref()
}
