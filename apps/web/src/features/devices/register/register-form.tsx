'use client'

import { CreateDevice, Device, IssuedCredential, suggestDeviceId } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { TagInput } from '@/components/tag-input'
import { request } from '@/lib/api'
import { deviceApi, deviceListKey } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'

export const REGISTER_FORM_ID = 'register-device'

interface RegisterFormProps {
  onBusy: (busy: boolean) => void
  onRegistered: (device: Device, credential: IssuedCredential) => void
}

export function RegisterForm({ onBusy, onRegistered }: RegisterFormProps) {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  // Kept when only the credential failed, so that trying again does not register the device twice.
  const created = useRef<Device>(null)

  const form = useForm({
    initial: { name: '', id: null as string | null, tags: [] as string[] },
    schema: CreateDevice,
    toInput: ({ name, id, tags }) => {
      const wanted = id ?? suggestDeviceId(name)
      return { name, tags, ...(wanted === '' ? {} : { id: wanted }) }
    },
    onSubmit: async (input) => {
      created.current ??= await request('/api/v1/devices', {
        method: 'POST',
        body: input,
        schema: Device,
        org: slug,
      })
      const credential = await request(`${deviceApi(created.current.id)}/credentials`, {
        method: 'POST',
        body: {},
        schema: IssuedCredential,
        org: slug,
      })
      void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) })
      onRegistered(created.current, credential)
    },
  })
  const { values, set, error, busy } = form
  const id = values.id ?? suggestDeviceId(values.name)
  useEffect(() => onBusy(busy), [busy, onBusy])

  return (
    <form
      id={REGISTER_FORM_ID}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      <Field label="Name" hint="What people call it." error={error('name')}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            placeholder="Greenhouse pump"
            value={values.name}
            onChange={(event) => set('name', event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Id"
        hint="What machines call it: part of its topics and address. It never changes."
        error={error('id')}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="greenhouse-pump"
            className="font-mono text-13"
            value={id}
            onChange={(event) => set('id', event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Tags"
        optional
        hint="To find it among many. Enter or comma ends a tag."
        error={error('tags')}
      >
        {(control) => (
          <TagInput
            {...control}
            placeholder="north, pump"
            value={values.tags}
            onChange={(tags) => set('tags', tags)}
          />
        )}
      </Field>
      {form.failure && <Notice tone="refused">{form.failure}</Notice>}
    </form>
  )
}
