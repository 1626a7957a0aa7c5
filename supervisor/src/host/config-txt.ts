/*
 * config.txt of a Raspberry Pi with the fleet's settings in it: pure. They stand in a block of their own at the end, and
 * what else is in the file is the user's: it is never read for settings, and never changed.
 */
import { parseJson } from '../parse-json.js'

/** By name, without HOST_CONFIG_; several lines of one name are one value, as `"a","b"`. */
export type HostSettings = Record<string, string>

const BEGIN = '# >>> flotilla: set by HOST_CONFIG_ variables; what is changed between these two lines is lost'
const END = '# <<< flotilla'
const BLOCK = /^# >>> flotilla\b.*\r?\n([\s\S]*?)^# <<< flotilla\b.*(?:\r?\n|$)/m
// Of these there may be several lines each.
const LISTS = ['dtparam', 'gpio', 'dtoverlay']
// With them a board that nobody can reach may not start again, or not find its system.
const REFUSED = [
  ...['disable_commandline_tags', 'cmdline', 'kernel', 'kernel_address', 'kernel_old', 'initramfs', 'ramfsfile'],
  ...['ramfsaddr', 'device_tree', 'device_tree_address', 'init_emmc_clock', 'avoid_safe_mode', 'os_prefix', 'include'],
]
// The firmware takes no notice of what comes after.
const LONGEST_LINE = 98

/** What the fleet's block holds. */
export function settingsIn(text: string): HostSettings {
  const lines = (BLOCK.exec(text)?.[1] ?? '').split('\n').map((line) => line.trim())
  const values: Record<string, string[]> = {}
  for (const line of lines) {
    const [, name, value] = /^([^#[=\s]+)=(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined || line === END_OF_OVERLAY) continue
    values[name] = [...(values[name] ?? []), value]
  }
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, joined(all)]))
}

/** The same file with these settings in the fleet's block; without any, the block goes. */
export function withSettings(text: string, settings: HostSettings): string {
  const block = blockOf(settings)
  if (BLOCK.test(text)) return text.replace(BLOCK, () => block)
  if (block === '') return text
  const newline = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${newline}${block}`
}

/** What stands there, said as in the fleet's variables where they mean the same: `"a", "b"` and `"a","b"` do. */
export function inWordsOf(variables: HostSettings, standing: HostSettings): HostSettings {
  const same = Object.entries(variables).filter(
    ([name, value]) => settingLines(name, value).join('\n') === settingLines(name, standing[name]).join('\n'),
  )
  return { ...standing, ...Object.fromEntries(same) }
}

/** A full sentence; undefined: nothing speaks against it. */
export function refusalOf(name: string, value: string): string | undefined {
  if (!/^[A-Za-z0-9_:]+$/.test(name)) return `${name} is no name of a setting in config.txt.`
  if (REFUSED.includes(name)) return `${name} is left alone: a board with a wrong value of it cannot start.`
  const lines = settingLines(name, value)
  // Also as \n in the texts of a list, where any other setting could hide.
  if ([value, ...lines].some((text) => /[\r\n\0]/.test(text))) return `The value of ${name} has more than one line.`
  if (LISTS.includes(name) && value.trim().startsWith('"') && listOf(value) === undefined) {
    return `The value of ${name} is no list of the form "first","second".`
  }
  const long = lines.find((line) => line.length > LONGEST_LINE)
  return long && `${long} is longer than the ${LONGEST_LINE} characters that the firmware reads.`
}

// Else parameters would count for the overlay that the user's own lines loaded last.
const END_OF_OVERLAY = 'dtoverlay='

function blockOf(settings: HostSettings): string {
  const linesOf = (names: string[]) => names.flatMap((name) => settingLines(name, settings[name]))
  const plain = linesOf(
    Object.keys(settings)
      .filter((name) => !LISTS.includes(name))
      .sort(),
  )
  // Parameters before overlays, to which they would belong behind them.
  const lists = linesOf(LISTS)
  if (plain.length + lists.length === 0) return ''
  const ended = lists.some((line) => line.startsWith('dtparam=')) ? [END_OF_OVERLAY] : []
  return [BEGIN, '[all]', ...plain, ...ended, ...lists, END, ''].join('\n')
}

function settingLines(name: string, value: string | undefined): string[] {
  if (value === undefined) return []
  if (!LISTS.includes(name)) return [`${name}=${value.trim()}`]
  const values = (listOf(value) ?? [value]).map((each) => each.trim())
  return values.filter((each) => each !== '').map((each) => `${name}=${each}`)
}

/** `"a","b"` as in balena's variables; undefined where it is not of that form. */
function listOf(value: string): string[] | undefined {
  const list = value.trim().startsWith('"') ? parseJson(`[${value}]`) : undefined
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined
}

function joined(values: readonly string[]): string {
  const [only] = values
  return values.length === 1 && only !== undefined ? only : values.map((value) => JSON.stringify(value)).join(',')
}
