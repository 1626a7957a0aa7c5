import { Table, VisuallyHidden, type TableTdProps } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './stacking-table.module.css'

interface StackingTableProps {
  label: string
  /** Of the columns, in order; an empty one stands over the actions of a row. */
  heads: string[]
  children: ReactNode
}

/** A table whose rows become cards on a phone, each cell under its own label. */
export function StackingTable({ label, heads, children }: StackingTableProps) {
  return (
    <Table className={classes.table} aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          {heads.map((head) => (
            <Table.Th key={head}>{head === '' ? <VisuallyHidden>Actions</VisuallyHidden> : head}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  )
}

/** A cell; without a label it stands alone on its line. */
export function Cell({ label, ...rest }: TableTdProps & { label?: string }) {
  return <Table.Td data-label={label} {...rest} />
}
