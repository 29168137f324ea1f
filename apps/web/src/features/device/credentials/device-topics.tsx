'use client'

import { deviceChannels } from '@heliograph/protocol'
import { CopyButton } from '@/components/copy-button'
import { Table, Td, Th } from '@/components/table'
import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'

/** All topics that the device may use. */
export function DeviceTopics() {
  const { slug } = useOrganization()
  const { id, name } = useCurrentDevice()
  return (
    <section aria-labelledby="topics-title" className="mt-8 max-w-5xl">
      <h2 id="topics-title" className="text-16 font-semibold">
        Topics
      </h2>
      <p className="mt-0.5 mb-4 max-w-xl text-13 text-ink-soft">
        {name} may use these topics with any of its credentials, and no others. A + stands for the id of a
        command.
      </p>
      <Table>
        <thead>
          <tr>
            <Th>Topic</Th>
            <Th>The device</Th>
            <Th className="max-md:hidden">Purpose</Th>
          </tr>
        </thead>
        <tbody>
          {Object.values(deviceChannels).map(({ title, description, publishedBy, filter }) => (
            <Row
              key={title}
              topic={filter({ org: slug, device: id })}
              use={publishedBy === 'device' ? 'publishes' : 'subscribes'}
              purpose={description}
            />
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function Row({ topic, use, purpose }: { topic: string; use: string; purpose: string }) {
  return (
    <tr>
      <Td className="md:min-w-104">
        <span className="flex items-center gap-1">
          <code className="font-mono text-12 wrap-anywhere">{topic}</code>
          <CopyButton value={topic} label={`topic ${topic}`} className="-my-1.5 size-7 [&_svg]:size-3.5" />
        </span>
      </Td>
      <Td className="text-ink-soft">{use}</Td>
      <Td className="text-ink-soft max-md:hidden">{purpose}</Td>
    </tr>
  )
}
