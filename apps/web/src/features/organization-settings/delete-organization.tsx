'use client'

import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'

const DeleteDialog = dynamic(() =>
  import('./delete-organization-dialog').then((m) => m.DeleteOrganizationDialog),
)

/** For owners: the end of the organization. */
export function DeleteOrganization() {
  const [asking, setAsking] = useState(false)
  return (
    <section aria-labelledby="delete-title" className="border-t pt-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="delete-title" className="text-16 font-semibold">
            Deletion
          </h2>
          <p className="mt-0.5 max-w-md text-13 text-ink-soft">
            Ends every connection, and deletes the devices, telemetry, keys, memberships and audit.
          </p>
        </div>
        <Button variant="danger" onClick={() => setAsking(true)}>
          Delete organization…
        </Button>
      </div>
      {asking && <DeleteDialog onClose={() => setAsking(false)} />}
    </section>
  )
}
