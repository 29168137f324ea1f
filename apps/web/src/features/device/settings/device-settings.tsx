'use client'

import { useMay } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { DeleteDevice } from './delete-device'
import { DeviceForm } from './device-form'

export function DeviceSettings() {
  const may = useMay()
  const device = useCurrentDevice()
  return (
    <div className="flex max-w-2xl flex-col gap-10">
      <section aria-labelledby="settings-title">
        <h2 id="settings-title" className="mb-4 text-16 font-semibold">
          Settings
        </h2>
        <DeviceForm key={device.id} device={device} readOnly={!may('devices.update')} />
      </section>
      {may('devices.delete') && <DeleteDevice device={device} />}
    </div>
  )
}
