import Table from 'cli-table3'

/** Prints a table for people and, as the last line, the figures as one JSON object for programs. */
export function printReport(title: string, rows: Record<string, string>[], figures: Record<string, unknown>): void {
  const columns = Object.keys(rows[0] ?? {})
  const table = new Table({ head: columns, style: { head: [], border: [] } })
  for (const row of rows) table.push(columns.map((column) => row[column] ?? ''))
  console.log(`\n${title}\n${table.toString()}`)
  console.log(JSON.stringify(figures))
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('There is no median of nothing')
  return middle
}

export function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}
