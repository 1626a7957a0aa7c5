import { describe, expect, it } from '@jest/globals'
import { createStyle } from './style.js'
import { type Column, renderRecord, renderTable } from './table.js'

const plain = createStyle(false)

describe('tables', () => {
  interface Row {
    name: string
    count?: number
  }
  const columns: Column<Row>[] = [
    { title: 'NAME', value: (row) => row.name },
    { title: 'COUNT', value: (row) => row.count },
  ]

  it('line up by blanks, without lines, and say - for what is not known', () => {
    const rows = [{ name: 'weather', count: 3 }, { name: 'x' }]
    expect(renderTable(rows, columns, plain)).toBe('NAME     COUNT\nweather  3\nx        -')
  })

  it('keep a row on one line, whatever is in it', () => {
    expect(renderTable([{ name: 'a\nb\x1b[2J' }], columns, plain)).toBe('NAME  COUNT\na b   -')
  })

  it('colour what has a colour, where there are colours', () => {
    const coloured: Column<Row>[] = [{ title: 'NAME', value: (row) => row.name, format: () => 'red' }]
    expect(renderTable([{ name: 'x' }], coloured, createStyle(true))).toContain('\x1b[31mx\x1b[39m')
    expect(renderTable([{ name: 'x' }], coloured, plain)).not.toContain('\x1b')
  })
})

describe('records', () => {
  it('leave out what is not known and indent what has several lines', () => {
    const fields = [
      ['name', 'roof'],
      ['seen', undefined],
      ['board', ''],
      ['explanation', 'one\ntwo'],
    ] as const
    expect(renderRecord(fields, plain)).toBe('name         roof\nexplanation  one\n             two')
  })
})
