'use client'

import type { Device } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/button'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { deviceApi, deviceKey, deviceListKey } from '@/lib/device-queries'
import { stopSimulatedDevice } from '@/lib/live/simulated-devices'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'

const ConfirmDialog = dynamic(() => import('@/components/confirm-dialog').then((m) => m.ConfirmDialog))

export function DeleteDevice({ device }: { device: Device }) {
  const { slug } = useOrganization()
  const [asking, setAsking] = useState(false)
  const queryClient = useQueryClient()
  const router = useRouter()
  const toast = useToast()

  const remove = async () => {
    await request(deviceApi(device.id), { method: 'DELETE', org: slug })
    stopSimulatedDevice(device.id)
    toast(`${device.name} was deleted`)
    router.push(paths.devices(slug))
    queryClient.removeQueries({ queryKey: deviceKey(slug, device.id) })
    void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) })
  }

  return (
    <section aria-labelledby="delete-title" className="border-t pt-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="delete-title" className="text-16 font-semibold">
            Deletion
          </h2>
          <p className="mt-0.5 max-w-md text-13 text-ink-soft">
            Ends the connection of the device and deletes everything it has sent.
          </p>
        </div>
        <Button variant="danger" onClick={() => setAsking(true)}>
          Delete device…
        </Button>
      </div>
      {asking && (
        <ConfirmDialog
          open
          onOpenChange={setAsking}
          title={`Delete ${device.name}?`}
          confirmLabel="Delete device"
          typeToConfirm={device.id}
          onConfirm={remove}
        >
          <p>This cannot be undone. It deletes:</p>
          <ul className="list-disc pl-5">
            <li>everything it has sent, and its presence history;</li>
            <li>all of its credentials; clients that use them are disconnected at once.</li>
          </ul>
        </ConfirmDialog>
      )}
    </section>
  )
}
