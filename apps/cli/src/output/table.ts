import Table from 'cli-table3'
import { printable } from './printable.js'
import type { Format, Style } from './style.js'

export interface Column<T> {
  title: string
  value: (row: T) => string | number | undefined
  format?: (row: T) => Format | undefined
}

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((place) => [place, '']),
)

/** Rows under titles, lined up by blanks alone, so that they can be read, copied and cut. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], style: Style): string {
  const table = new Table({
    head: columns.map((column) => style('dim', column.title)),
    chars: { ...NO_LINES, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  })
  for (const row of rows) table.push(columns.map((column) => cell(column, row, style)))
  return withoutTrailingBlanks(table.toString())
}

/** A name, its value, and a colour for it. */
export type Field = readonly [name: string, value: string | number | undefined, format?: Format]

/** Names before values, for one thing. Values that are undefined or empty are left out. */
export function renderRecord(fields: readonly Field[], style: Style): string {
  const known = fields.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => name.length)) + 2
  return known
    .map(([name, value, format]) => {
      const indented = printable(String(value))
        .split('\n')
        .join(`\n${' '.repeat(width)}`)
      return style('dim', name.padEnd(width)) + (format ? style(format, indented) : indented)
    })
    .join('\n')
}

function cell<T>(column: Column<T>, row: T, style: Style): string {
  const text = printable(String(column.value(row) ?? '-')).replace(/\s+/g, ' ')
  const format = column.format?.(row)
  return format ? style(format, text) : text
}

function withoutTrailingBlanks(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
