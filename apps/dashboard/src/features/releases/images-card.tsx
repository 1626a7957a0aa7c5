import type { ReleaseView } from '@flotilla/contracts'
import { Table, Text } from '@mantine/core'
import { Digest } from '../../components/digest.js'
import { Section } from '../../components/section.js'
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
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Service</Table.Th>
              <Table.Th>Platform</Table.Th>
              <Table.Th>Digest</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map((image) => (
              <Table.Tr key={`${image.service} ${image.platform}`}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    {image.service}
                  </Text>
                </Table.Td>
                <Table.Td>{shortPlatform(image.platform)}</Table.Td>
                <Table.Td>
                  <Digest digest={image.digest} />
                </Table.Td>
                <Table.Td ta="right" data-numbers>
                  {describeBytes(image.sizeBytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  )
}
