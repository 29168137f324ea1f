'use client'

import { telemetry } from '@heliograph/protocol'
import { RadioTower } from 'lucide-react'
import Link from 'next/link'
import { buttonClass } from '@/components/button'
import { CodeBlock } from '@/components/code-block'
import { EmptyState } from '@/components/empty-state'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

/** The empty state of a device without telemetry: how to send some. */
export function NothingYet({ device }: { device: string }) {
  const { slug: org } = useOrganization()
  return (
    <div className="rounded-outer border bg-surface pb-8">
      <EmptyState
        icon={<RadioTower aria-hidden />}
        title="No telemetry yet"
        action={
          <Link href={paths.deviceCredentials(org, device)} className={buttonClass('primary')}>
            Get a credential
          </Link>
        }
      >
        Connect the device with its credential and publish JSON to its telemetry topic. Its values appear here
        as they arrive.
      </EmptyState>
      <dl className="mx-auto grid max-w-xl gap-4 px-4 text-13">
        <div>
          <dt className="mb-1.5 text-12 font-medium text-ink-faint">Topic</dt>
          <dd>
            <CodeBlock label="telemetry topic" language="shell" code={telemetry.topic({ org, device })} />
          </dd>
        </div>
        <div>
          <dt className="mb-1.5 text-12 font-medium text-ink-faint">Message</dt>
          <dd>
            <CodeBlock label="example message" language="json" code='{"temperature": 21.5}' />
          </dd>
        </div>
      </dl>
    </div>
  )
}
