import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import classes from './tab-links.module.css'

/** Pages of one thing side by side. They are links, so each has its address and opens in a new window if wanted. */
export function TabLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={classes.bar}>
      {children}
    </nav>
  )
}

const PlainTab = (props: ComponentPropsWithRef<'a'>) => <a {...props} className={classes.tab} />
const Tab = createLink(PlainTab)

export const TabLink: LinkComponent<typeof PlainTab> = (props) => <Tab {...props} />
