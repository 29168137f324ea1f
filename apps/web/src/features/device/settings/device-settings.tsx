'use client'

import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { DeleteDevice } from './delete-device'
import { DeviceForm } from './device-form'

export function DeviceSettings() {
  const { role } = useOrganization()
  const device = useCurrentDevice()
  return (
    <div className="flex max-w-2xl flex-col gap-10">
      <section aria-labelledby="settings-title">
        <h2 id="settings-title" className="mb-4 text-16 font-semibold">
          Settings
        </h2>
        <DeviceForm key={device.id} device={device} readOnly={role !== 'admin'} />
      </section>
      {role === 'admin' && <DeleteDevice device={device} />}
    </div>
  )
}
