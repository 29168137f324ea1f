'use client'

import type { Application } from '@heliograph/protocol'
import { Ellipsis } from 'lucide-react'
import { lazy } from 'react'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { LazyMenu } from '@/components/lazy-menu'
import { Td } from '@/components/table'
import { TimeAgo, TimeUntil } from '@/components/time-ago'
import { useNow } from '@/lib/clock'
import { creatorText } from '@/lib/creator-text'
import { formatDay } from '@/lib/format-time'
import { useMay } from '@/lib/organization'

const ApplicationMenu = lazy(() => import('./application-menu'))

export type ApplicationAction = 'edit' | 'rotate' | 'delete'

interface ApplicationRowProps {
  application: Application
  onAction: (kind: ApplicationAction) => void
}

export function ApplicationRow({ application, onAction }: ApplicationRowProps) {
  const may = useMay()
  const now = useNow()
  const previousUntil = Date.parse(application.previousSecretExpiresAt ?? '')
  return (
    <tr>
      <Td className="align-top sm:min-w-44">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{application.name}</span>
          {previousUntil > now && (
            <Badge tone="quiet">
              <span>
                old password expires <TimeUntil ts={previousUntil} />
              </span>
            </Badge>
          )}
        </div>
        <code className="block font-mono text-12 text-ink-faint">{application.id}</code>
        <span className="text-12 text-ink-faint md:hidden">{grantsText(application)}</span>
      </Td>
      <Td className="align-top">
        <ConnectionState application={application} />
      </Td>
      <Td className="align-top max-md:hidden">
        <Filters label="subscribes" filters={application.subscribe} />
        <Filters label="publishes" filters={application.publish} />
        {application.subscribe.length + application.publish.length === 0 && (
          <span className="text-ink-faint">No topics granted</span>
        )}
      </Td>
      <Td className="align-top whitespace-nowrap text-ink-soft max-sm:hidden">
        <span className="block">{formatDay(Date.parse(application.createdAt))}</span>
        <span className="block max-w-48 truncate text-12 text-ink-faint">
          by {creatorText(application.createdBy)}
        </span>
      </Td>
      <Td className="w-12 pr-2 text-right align-top">
        {may('applications.manage') && (
          <LazyMenu
            trigger={
              <Button variant="ghost" size="icon" aria-label={`Actions for ${application.name}`}>
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            {(trigger) => <ApplicationMenu trigger={trigger} onAction={onAction} />}
          </LazyMenu>
        )}
      </Td>
    </tr>
  )
}

function ConnectionState({ application }: Pick<ApplicationRowProps, 'application'>) {
  const { connections, lastConnectedAt, lastAddress } = application
  return (
    <>
      {connections > 0 ? (
        <Badge tone="online">{connections === 1 ? 'connected' : `${connections} connections`}</Badge>
      ) : (
        <Badge>{lastConnectedAt === null ? 'never connected' : 'not connected'}</Badge>
      )}
      {lastConnectedAt !== null && (
        <span className="mt-0.5 block text-12 text-ink-faint">
          connected <TimeAgo ts={Date.parse(lastConnectedAt)} /> from{' '}
          <code className="font-mono">{lastAddress}</code>
        </span>
      )}
    </>
  )
}

const SHOWN = 3

function Filters({ label, filters }: { label: string; filters: readonly string[] }) {
  const more = filters.length - SHOWN
  return filters.slice(0, SHOWN).map((filter, index) => (
    <span key={filter} className="block text-12 text-ink-soft">
      {index === 0 ? `${label} ` : <span className="sr-only">{label} </span>}
      <code className="font-mono wrap-anywhere text-ink">{filter}</code>
      {index === SHOWN - 1 && more > 0 && ` and ${more} more`}
    </span>
  ))
}

/** Where there is no room for the filters themselves. */
function grantsText({ subscribe, publish }: Application): string {
  const count = (verb: string, { length }: readonly string[]) =>
    length === 0 ? [] : [`${verb} ${length} ${length === 1 ? 'filter' : 'filters'}`]
  return [...count('subscribes', subscribe), ...count('publishes', publish)].join(', ') || 'no topics granted'
}
