import type { ReleaseView } from '@flotilla/contracts'
import { Table, Text } from '@mantine/core'
import { Digest } from '../../components/digest.js'
import { Section } from '../../components/section.js'
import { Cell, StackingTable } from '../../components/stacking-table.js'
import { describeBytes } from '../../format/bytes.js'
import { count, shortPlatform } from '../../format/text.js'

/** The images of a release: one for each service and platform. */
export function ImagesCard({ images }: { images: ReleaseView['images'] }) {
  const sorted = images.toSorted((a, b) => a.service.localeCompare(b.service) || a.platform.localeCompare(b.platform))
  return (
    <Section
      title="Images"
      note={`${count(images.length, 'image')}, addressed by digest. Sizes are what a first download costs.`}
      flush
    >
      <StackingTable label="Images" heads={['Service', 'Platform', 'Digest', 'Size']}>
        {sorted.map((image) => (
          <Table.Tr key={`${image.service} ${image.platform}`}>
            <Cell>
              <Text size="sm" fw={600}>
                {image.service}
              </Text>
            </Cell>
            <Cell label="Platform">{shortPlatform(image.platform)}</Cell>
            <Cell label="Digest">
              <Digest digest={image.digest} />
            </Cell>
            <Cell label="Size" data-numbers>
              {describeBytes(image.sizeBytes)}
            </Cell>
          </Table.Tr>
        ))}
      </StackingTable>
    </Section>
  )
}
