/*
 * The supervisor's own log, on stderr: one line per entry, as JSON for machines or plain for people.
 */
import { isNativeError } from 'node:util/types'
import { describeError } from '../../errors.js'
import type { LogFields, Logger } from '../../ports.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = 'json' | 'pretty'

export interface LoggerOptions {
  level: LogLevel
  format: LogFormat
  // On every line: which of several supervisors on one machine speaks.
  instance?: string
  write?: (line: string) => void
}

export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => process.stderr.write(line))
  const format = options.format === 'json' ? asJson : asText
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(options.level)) return
      const all = options.instance === undefined ? fields : { instance: options.instance, ...fields }
      write(`${format(level, message, all)}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function asJson(level: LogLevel, message: string, fields: LogFields): string {
  return JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, (_key, value: unknown) =>
    isNativeError(value) ? describeError(value) : value,
  )
}

function asText(level: LogLevel, message: string, fields: LogFields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : ` ${name}=${text(value)}`,
  )
  return `${new Date().toISOString()} ${level.padEnd(5)} ${message}${pairs.join('')}`
}

function text(value: unknown): string {
  if (isNativeError(value)) return JSON.stringify(describeError(value))
  if (typeof value === 'string' && /^[\w./:@-]+$/.test(value)) return value
  return JSON.stringify(value)
}
