'use client'

import { CreateApiKey, IssuedApiKey } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { Select } from '@/components/select'
import { request } from '@/lib/api'
import { expiryAfterDays } from '@/lib/expiry'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { KeyOnceDialog } from './key-once-dialog'
import { useRefreshApiKeys } from './use-api-keys'

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const refresh = useRefreshApiKeys()
  const [issued, setIssued] = useState<IssuedApiKey | null>(null)
  const form = useForm({
    initial: { name: '', role: 'admin' as 'admin' | 'viewer', days: '90' },
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
    <Dialog
      open
      size="sm"
      onOpenChange={onClose}
      title="New API key"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={form.busy} onClick={form.submit}>
            Create key
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void form.submit()
        }}
      >
        <Field label="Name" hint="What it is for." error={error('name')}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              placeholder="Provisioning script"
              value={values.name}
              onChange={(event) => set('name', event.target.value)}
            />
          )}
        </Field>
        <Field label="It may" error={error('role')}>
          {(control) => (
            <Select
              {...control}
              value={values.role}
              onChange={(event) => set('role', event.target.value === 'viewer' ? 'viewer' : 'admin')}
            >
              <option value="admin">read and change (admin)</option>
              <option value="viewer">only read (viewer)</option>
            </Select>
          )}
        </Field>
        <Field label="Expires" error={error('expiresAt')}>
          {(control) => (
            <Select {...control} value={values.days} onChange={(event) => set('days', event.target.value)}>
              <option value="30">In 30 days</option>
              <option value="90">In 90 days</option>
              <option value="365">In a year</option>
              <option value="1825">In five years</option>
            </Select>
          )}
        </Field>
        {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      </form>
    </Dialog>
  )
}
