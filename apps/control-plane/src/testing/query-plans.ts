import { DataSource } from 'typeorm'
import type { TestApi } from './test-api.js'

export interface Plan {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** The plans of the queries with `matching` in them that a request runs, taken from what really goes to the database. */
export async function plansOf(api: TestApi, request: () => Promise<unknown>, matching: string): Promise<Plan[]> {
  const source = api.app.get(DataSource)
  const { logger } = source
  const queries: { query: string; parameters?: unknown[] }[] = []
  source.logger = Object.assign(Object.create(logger) as typeof logger, {
    logQuery: (query: string, parameters?: unknown[]) => queries.push({ query, parameters }),
  })
  try {
    await request()
  } finally {
    source.logger = logger
  }
  const wanted = queries.filter(({ query }) => query.includes(matching) && !/^\s*INSERT/.test(query))
  if (wanted.length === 0) throw new Error(`No query has ${matching} in it`)
  return Promise.all(wanted.map((each) => explain(api, each.query, each.parameters)))
}

async function explain(api: TestApi, query: string, parameters: unknown[] = []): Promise<Plan> {
  const runner = api.database.createQueryRunner()
  await runner.startTransaction()
  try {
    const rows = (await runner.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${query}`, parameters)) as [
      { 'QUERY PLAN': [{ Plan: Plan }] },
    ]
    return rows[0]['QUERY PLAN'][0].Plan
  } finally {
    await runner.rollbackTransaction()
    await runner.release()
  }
}

export function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}

/** Rows that were looked at, wherever in the plan. */
export function work(plan: Plan): number {
  return nodes(plan)
    .map((node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'])
    .reduce((most, rows) => Math.max(most, rows), 0)
}
