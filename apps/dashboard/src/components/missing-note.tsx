import { Compass } from 'lucide-react'
import { EmptyNote } from './empty-note.js'
import { LinkButton } from './links.js'

/** For an address that leads to nothing. */
export function MissingNote({ detail }: { detail: string }) {
  return (
    <EmptyNote icon={Compass} title="Nothing is here" action={<LinkButton to="/fleets">To the fleets</LinkButton>}>
      {detail}
    </EmptyNote>
  )
}
