'use client'

import { Device, UpdateDevice } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from '@/components/button'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { TagInput } from '@/components/tag-input'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { deviceApi, deviceKey, deviceListKey } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
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
      tags,
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
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      <fieldset disabled={readOnly} className="flex flex-col gap-5">
        <legend className="sr-only">About the device</legend>
        <Field label="Name" error={error('name')}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              value={values.name}
              onChange={(event) => set('name', event.target.value)}
            />
          )}
        </Field>
        <Field label="Tags" optional hint="Enter or comma ends a tag." error={error('tags')}>
          {(control) => <TagInput {...control} value={values.tags} onChange={(tags) => set('tags', tags)} />}
        </Field>
        <Field
          label="Expected interval"
          hint="When nothing came for longer than this, the device counts as quiet."
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
        {form.failure && <Notice tone="refused">{form.failure}</Notice>}
        {readOnly ? (
          <p className="text-13 text-ink-faint">Your role reads; an administrator can change this.</p>
        ) : (
          <Button type="submit" variant="primary" busy={form.busy} className="self-start">
            Save changes
          </Button>
        )}
      </fieldset>
    </form>
  )
}
