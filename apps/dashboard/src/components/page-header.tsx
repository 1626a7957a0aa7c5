import { Breadcrumbs, Group, Text, Title } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import classes from './page-header.module.css'

interface PageHeaderProps {
  title: ReactNode
  /** Links to what is above this page. */
  trail?: ReactNode[]
  /** Badges beside the title. */
  badges?: ReactNode
  /** A line below the title. */
  subtitle?: ReactNode
  actions?: ReactNode
}

export function PageHeader({ title, trail, badges, subtitle, actions }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      {trail && (
        <nav aria-label="Breadcrumb">
          <Breadcrumbs separator={<ChevronRight size={14} aria-hidden />} separatorMargin={6} fz="sm" mb={4}>
            {trail}
          </Breadcrumbs>
        </nav>
      )}
      <div className={classes.row}>
        <div className={classes.main}>
          <Group gap="sm" style={{ rowGap: 6 }}>
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {badges}
          </Group>
          {subtitle && (
            <Text size="sm" c="dimmed" component="div" mt={4}>
              {subtitle}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </div>
    </header>
  )
}
