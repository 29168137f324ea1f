'use client'

import { Device, UpdateDevice } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { Field } from '@/components/field'
import { Form } from '@/components/form'
import { SaveChanges } from '@/components/save-changes'
import { TagInput } from '@/components/tag-input'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { deviceApi, deviceKey, deviceListKey } from '@/lib/device-queries'
import { useOrganization, useTagLimit } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { fromInterval, type IntervalUnit, toInterval } from './interval'
import { IntervalInput } from './interval-input'

interface DeviceFormProps {
  device: Device
  readOnly: boolean
}

export function DeviceForm({ device, readOnly }: DeviceFormProps) {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  const toast = useToast()
  // Tags decide who sees a device, so whoever sees only some of them does not change them.
  const isLimited = useTagLimit() !== null
  const interval = toInterval(device.expectedIntervalSeconds)
  const form = useForm({
    initial: {
      name: device.name,
      tags: device.tags,
      intervalCount: String(interval.count),
      intervalUnit: interval.unit as IntervalUnit,
    },
    schema: UpdateDevice,
    toInput: ({ name, tags, intervalCount, intervalUnit }) => ({
      name,
      ...(isLimited ? {} : { tags }),
      expectedIntervalSeconds: fromInterval({ count: Number(intervalCount), unit: intervalUnit }),
    }),
    onSubmit: async (body) => {
      const saved = await request(deviceApi(device.id), { method: 'PATCH', body, schema: Device, org: slug })
      queryClient.setQueryData(deviceKey(slug, device.id), saved)
      void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) })
      toast('Saved')
    },
  })
  const { values, set, error } = form

  return (
    <Form form={form} action={<SaveChanges busy={form.busy} permission="devices.update" />}>
      <fieldset disabled={readOnly} className="flex flex-col gap-5">
        <legend className="sr-only">About the device</legend>
        <TextField
          label="Name"
          error={error('name')}
          autoComplete="off"
          value={values.name}
          onValue={(name) => set('name', name)}
        />
        {!isLimited && (
          <Field label="Tags" optional hint="Press Enter or comma after each tag." error={error('tags')}>
            {(control) => (
              <TagInput {...control} value={values.tags} onChange={(tags) => set('tags', tags)} />
            )}
          </Field>
        )}
        <Field
          label="Expected interval"
          hint="A connected device that sends nothing for longer than this is shown as quiet."
          error={error('expectedIntervalSeconds')}
        >
          {(control) => (
            <IntervalInput
              {...control}
              count={values.intervalCount}
              unit={values.intervalUnit}
              onCount={(count) => set('intervalCount', count)}
              onUnit={(unit) => set('intervalUnit', unit)}
            />
          )}
        </Field>
      </fieldset>
    </Form>
  )
}
