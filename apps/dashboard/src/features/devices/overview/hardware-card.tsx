import { Cpu } from 'lucide-react'
import type { HardwareView } from '../../../api/devices.js'
import { Age } from '../../../components/age.js'
import { CopyButton } from '../../../components/copy-button.js'
import { EmptyNote } from '../../../components/empty-note.js'
import { Facts } from '../../../components/facts.js'
import { Section } from '../../../components/section.js'
import { describeMemory } from '../../../format/bytes.js'
import { count, shortPlatform } from '../../../format/text.js'
import classes from './hardware-card.module.css'

/** The board that fills the device now; a device outlives its boards. */
export function HardwareCard({ boards }: { boards: HardwareView[] }) {
  const board = boards.find((one) => one.active)
  const former = boards.filter((one) => !one.active)
  return (
    <Section title="Hardware" note={former.length > 0 && `${count(former.length, 'former board')} before this one.`}>
      {board ? (
        <Facts
          of={[
            ['Type', board.deviceType],
            ['Platform', shortPlatform(board.platform)],
            ['Memory', board.memoryBytes && describeMemory(board.memoryBytes)],
            ['Serial number', board.serialNumber],
            [
              'Board',
              <span key="uuid" className={classes.uuid}>
                {board.uuid} <CopyButton value={board.uuid} label="Copy board id" />
              </span>,
            ],
            ['Joined', <Age key="joined" at={board.registeredAt} />],
          ]}
        />
      ) : (
        <EmptyNote bare icon={Cpu} title="No board">
          No board fills this device now.
        </EmptyNote>
      )}
    </Section>
  )
}
