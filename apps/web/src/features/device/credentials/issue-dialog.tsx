'use client'

import { IssueCredential, IssuedCredential } from '@heliograph/protocol'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { Select } from '@/components/select'
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
    <Dialog
      open
      size="sm"
      onOpenChange={onClose}
      title="New credential"
      description={`Another way for ${device.name} to sign in, beside those it has.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={form.busy} onClick={form.submit}>
            Create credential
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
        <Field label="Name" optional hint="Where it is used." error={form.error('name')}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              placeholder="Firmware 2"
              value={form.values.name}
              onChange={(event) => form.set('name', event.target.value)}
            />
          )}
        </Field>
        <Field label="Expires" error={form.error('expiresAt')}>
          {(control) => (
            <Select
              {...control}
              value={form.values.days}
              onChange={(event) => form.set('days', event.target.value)}
            >
              <option value="never">Never</option>
              <option value="30">In 30 days</option>
              <option value="90">In 90 days</option>
              <option value="365">In a year</option>
            </Select>
          )}
        </Field>
        {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      </form>
    </Dialog>
  )
}
