'use client'

import { CreateDevice, Device, IssuedCredential, suggestDeviceId } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Field } from '@/components/field'
import { Form } from '@/components/form'
import { TagInput } from '@/components/tag-input'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { deviceApi, deviceListKey } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { refusedField } from '@/lib/refused-field'
import { useForm } from '@/lib/use-form'

export const REGISTER_FORM_ID = 'register-device'

interface RegisterFormProps {
  onBusy: (busy: boolean) => void
  onRegistered: (device: Device, credential: IssuedCredential) => void
}

export function RegisterForm({ onBusy, onRegistered }: RegisterFormProps) {
  const register = useRegister()
  const form = useForm({
    initial: { name: '', id: null as string | null, tags: [] as string[] },
    schema: CreateDevice,
    toInput: ({ name, id, tags }) => {
      const wanted = id ?? suggestDeviceId(name)
      return { name, tags, ...(wanted === '' ? {} : { id: wanted }) }
    },
    onSubmit: async (input) => {
      const { device, credential } = await register(input)
      onRegistered(device, credential)
    },
  })
  const { values, set, error, busy } = form
  const id = values.id ?? suggestDeviceId(values.name)
  useEffect(() => onBusy(busy), [busy, onBusy])

  return (
    <Form form={form} id={REGISTER_FORM_ID}>
      <TextField
        label="Name"
        hint="Shown to people."
        error={error('name')}
        autoComplete="off"
        placeholder="Greenhouse pump"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <TextField
        label="Id"
        hint="Its name in topics and addresses, such as a MAC address. It cannot be changed later."
        error={error('id')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="greenhouse-pump"
        className="font-mono text-13"
        value={id}
        onValue={(next) => set('id', next)}
      />
      <Field
        label="Tags"
        optional
        hint="For search and filters. Press Enter or comma after each tag."
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
    </Form>
  )
}

/** Registers a device and issues its first credential. A retry after a failed credential registers no second device. */
function useRegister() {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  const created = useRef<Device>(null)
  return async (input: CreateDevice) => {
    created.current ??= await request('/api/v1/devices', {
      method: 'POST',
      body: input,
      schema: Device,
      org: slug,
    }).catch(refusedField('device_id_taken', 'id'))
    const credential = await request(`${deviceApi(created.current.id)}/credentials`, {
      method: 'POST',
      body: {},
      schema: IssuedCredential,
      org: slug,
    })
    void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) })
    return { device: created.current, credential }
  }
}
