'use client'

import { type ApiKeyRole, CreateApiKey, IssuedApiKey } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { useRefreshApiKeys } from '@/lib/api-keys'
import { expiryAfterDays } from '@/lib/expiry'
import { useOrganization } from '@/lib/organization'
import { roleOptions, roleTexts } from '@/lib/role-texts'
import { useForm } from '@/lib/use-form'
import { KeyOnceDialog } from './key-once-dialog'

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const refresh = useRefreshApiKeys()
  const [issued, setIssued] = useState<IssuedApiKey | null>(null)
  const form = useForm({
    initial: { name: '', role: 'admin' as ApiKeyRole, days: '90' },
    schema: CreateApiKey,
    toInput: ({ name, role, days }) => ({ name, role, expiresAt: expiryAfterDays(Number(days)) }),
    onSubmit: async (body) => {
      setIssued(await request('/api/v1/api-keys', { method: 'POST', body, schema: IssuedApiKey, org: slug }))
      refresh()
    },
  })
  const { values, set, error } = form

  if (issued) return <KeyOnceDialog apiKey={issued} onClose={onClose} />
  return (
    <FormDialog title="New API key" submit="Create API key" form={form} onClose={onClose}>
      <TextField
        label="Name"
        hint="What it is for."
        error={error('name')}
        autoComplete="off"
        placeholder="Provisioning script"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <SelectField
        label="Role"
        error={error('role')}
        value={values.role}
        onValue={(role) => set('role', role)}
        hint={roleTexts[values.role]}
        options={roleOptions((role): role is ApiKeyRole => role !== 'owner')}
      />
      <SelectField
        label="Expires"
        error={error('expiresAt')}
        value={values.days}
        onValue={(days) => set('days', days)}
        options={[
          ['30', 'In 30 days'],
          ['90', 'In 90 days'],
          ['365', 'In a year'],
          ['1825', 'In five years'],
        ]}
      />
    </FormDialog>
  )
}
