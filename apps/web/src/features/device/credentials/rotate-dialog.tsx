'use client'

import { type Credential, IssuedCredential } from '@heliograph/protocol'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Notice } from '@/components/notice'
import { Select } from '@/components/select'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { explain } from '@/lib/explain'
import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { SecretDialog } from './secret-dialog'
import { useRefreshCredentials } from './use-credentials'

interface RotateDialogProps {
  credential: Credential
  onClose: () => void
}

export function RotateDialog({ credential, onClose }: RotateDialogProps) {
  const { slug } = useOrganization()
  const device = useCurrentDevice()
  const refresh = useRefreshCredentials()
  const [overlapSeconds, setOverlapSeconds] = useState(3_600)
  const rotate = useMutation({
    mutationFn: () =>
      request(`${deviceApi(device.id)}/credentials/${credential.id}/rotate`, {
        method: 'POST',
        body: { overlapSeconds },
        schema: IssuedCredential,
        org: slug,
      }),
    onSuccess: refresh,
  })

  if (rotate.data) return <SecretDialog title="New secret" credential={rotate.data} onClose={onClose} />
  return (
    <Dialog
      open
      size="sm"
      onOpenChange={onClose}
      title="Secret rotation"
      description={`${credential.name ?? 'This credential'} keeps its username and gets a new password.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
            Rotate secret
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label="The old secret"
          hint={
            overlapSeconds === 0
              ? `${device.name} is disconnected at once and stays offline until it has the new secret.`
              : `${device.name} stays connected until then. Store the new secret on it before then.`
          }
        >
          {(control) => (
            <Select
              {...control}
              value={overlapSeconds}
              onChange={(event) => setOverlapSeconds(Number(event.target.value))}
            >
              <option value={3_600}>works for one more hour</option>
              <option value={86_400}>works for one more day</option>
              <option value={604_800}>works for one more week</option>
              <option value={0}>expires now</option>
            </Select>
          )}
        </Field>
        {rotate.error && <Notice tone="refused">{explain(rotate.error).what}</Notice>}
      </div>
    </Dialog>
  )
}
