import { Center, Loader } from '@mantine/core'

/** Stands in for a page of which nothing is there yet. */
export function PagePending() {
  return (
    <Center py="xl" mih="40vh" role="status" aria-busy aria-label="Loading">
      <Loader aria-hidden />
    </Center>
  )
}
