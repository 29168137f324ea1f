'use client'

import { IssueCredential, IssuedCredential } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { expiryAfterDays } from '@/lib/expiry'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { useCurrentDevice } from '../device-context'
import { SecretDialog } from './secret-dialog'
import { useRefreshCredentials } from './use-credentials'

export function IssueDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const device = useCurrentDevice()
  const refresh = useRefreshCredentials()
  const [issued, setIssued] = useState<IssuedCredential | null>(null)
  const form = useForm({
    initial: { name: '', days: 'never' },
    schema: IssueCredential,
    toInput: ({ name, days }) => ({
      ...(name.trim() === '' ? {} : { name }),
      ...(days === 'never' ? {} : { expiresAt: expiryAfterDays(Number(days)) }),
    }),
    onSubmit: async (body) => {
      const schema = IssuedCredential
      setIssued(
        await request(`${deviceApi(device.id)}/credentials`, { method: 'POST', body, schema, org: slug }),
      )
      refresh()
    },
  })

  if (issued) return <SecretDialog title="New credential" credential={issued} onClose={onClose} />
  return (
    <FormDialog
      title="New credential"
      description={`An additional credential for ${device.name}.`}
      submit="Create credential"
      form={form}
      onClose={onClose}
    >
      <TextField
        label="Name"
        optional
        hint="Where it is used."
        error={form.error('name')}
        autoComplete="off"
        placeholder="Firmware 2"
        value={form.values.name}
        onValue={(name) => form.set('name', name)}
      />
      <SelectField
        label="Expires"
        error={form.error('expiresAt')}
        value={form.values.days}
        onValue={(days) => form.set('days', days)}
        options={[
          ['never', 'Never'],
          ['30', 'In 30 days'],
          ['90', 'In 90 days'],
          ['365', 'In a year'],
        ]}
      />
    </FormDialog>
  )
}
