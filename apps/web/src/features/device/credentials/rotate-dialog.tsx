'use client'

import { type Credential, IssuedCredential, RotateCredential } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { firstOverlap, OverlapField } from '@/components/overlap-field'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { useCurrentDevice } from '../device-context'
import { SecretDialog } from './secret-dialog'
import { useRefreshCredentials } from './use-credentials'

interface RotateDialogProps {
  credential: Credential
  onClose: () => void
}

/** Gives a credential a new secret; the old one works beside it for as long as the person chooses. */
export function RotateDialog({ credential, onClose }: RotateDialogProps) {
  const { slug } = useOrganization()
  const device = useCurrentDevice()
  const refresh = useRefreshCredentials()
  const [issued, setIssued] = useState<IssuedCredential | null>(null)
  const form = useForm({
    initial: { overlap: firstOverlap },
    schema: RotateCredential,
    toInput: ({ overlap }) => ({ overlapSeconds: Number(overlap) }),
    onSubmit: async (body) => {
      const path = `${deviceApi(device.id)}/credentials/${credential.id}/rotate`
      setIssued(await request(path, { method: 'POST', body, schema: IssuedCredential, org: slug }))
      refresh()
    },
  })

  if (issued) return <SecretDialog title="New secret" credential={issued} onClose={onClose} />
  return (
    <FormDialog
      title={`Rotate ${credential.name ?? 'credential'}`}
      description="The credential keeps its username and gets a new secret, which is its password."
      submit="Rotate secret"
      form={form}
      onClose={onClose}
    >
      <OverlapField
        label="The old secret"
        hintNow={`${device.name} is disconnected at once and stays offline until it has the new secret.`}
        hintLater={`${device.name} stays connected until then. Store the new secret on it before then.`}
        error={form.error('overlapSeconds')}
        value={form.values.overlap}
        onValue={(overlap) => form.set('overlap', overlap)}
      />
    </FormDialog>
  )
}
