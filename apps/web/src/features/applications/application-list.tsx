'use client'

import { AppWindow, Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Th, ThActions } from '@/components/table'
import { useMay, useOrganization } from '@/lib/organization'
import { type ApplicationAction, ApplicationRow } from './application-row'
import { useApplications } from './use-applications'

const CreateDialog = dynamic(() => import('./create-dialog').then((m) => m.CreateDialog))
const EditDialog = dynamic(() => import('./edit-dialog').then((m) => m.EditDialog))
const RotateDialog = dynamic(() => import('./rotate-dialog').then((m) => m.RotateDialog))
const DeleteDialog = dynamic(() => import('./delete-dialog').then((m) => m.DeleteDialog))

type Open = { kind: 'create' } | { kind: ApplicationAction; id: string }

/** The page of the clients of MQTT that are no device. */
export function ApplicationList() {
  const { name } = useOrganization()
  const may = useMay()
  const [open, setOpen] = useState<Open | null>(null)
  const { data } = useApplications()
  // The application as it is now, as it may have connected since the dialog was opened.
  const chosen = open?.kind === 'create' ? undefined : data?.items.find(({ id }) => id === open?.id)
  const close = () => setOpen(null)

  return (
    <section aria-labelledby="applications-title" className="max-w-5xl">
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="applications-title" className="text-16 font-semibold">
            Applications
          </h2>
          <p className="mt-0.5 max-w-xl text-13 text-ink-soft">
            MQTT clients that are not devices, such as Node-RED, Telegraf, Home Assistant or a web page. Each
            signs in to {name} with its own username and password, and may use only the topics that you grant
            it.
          </p>
        </div>
        {may('applications.manage') && (
          <Button variant="primary" onClick={() => setOpen({ kind: 'create' })}>
            <Plus aria-hidden />
            Create application
          </Button>
        )}
      </div>
      <Applications onAction={(kind, id) => setOpen({ kind, id })} />
      {open?.kind === 'create' && <CreateDialog onClose={close} />}
      {open?.kind === 'edit' && chosen && <EditDialog application={chosen} onClose={close} />}
      {open?.kind === 'rotate' && chosen && <RotateDialog application={chosen} onClose={close} />}
      {open?.kind === 'delete' && chosen && <DeleteDialog application={chosen} onClose={close} />}
    </section>
  )
}

function Applications({ onAction }: { onAction: (kind: ApplicationAction, id: string) => void }) {
  return (
    <Loaded
      query={useApplications()}
      failure="The applications could not be loaded"
      skeleton={<Skeleton className="h-40 w-full rounded-outer" />}
    >
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={<AppWindow aria-hidden />} title="No applications yet">
            An application reads telemetry, sends commands to devices, or exchanges messages with other
            applications.
          </EmptyState>
        ) : (
          <Table>
            <thead>
              <tr>
                <Th>Application</Th>
                <Th>State</Th>
                <Th className="max-md:hidden">Topics</Th>
                <Th className="max-sm:hidden">Created</Th>
                <ThActions />
              </tr>
            </thead>
            <tbody>
              {items.map((application) => (
                <ApplicationRow
                  key={application.id}
                  application={application}
                  onAction={(kind) => onAction(kind, application.id)}
                />
              ))}
            </tbody>
          </Table>
        )
      }
    </Loaded>
  )
}
