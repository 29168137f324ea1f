'use client'

import { type Application, IssuedApplication, RotateCredential } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { firstOverlap, OverlapField } from '@/components/overlap-field'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { PasswordDialog } from './password-dialog'
import { applicationApi, useRefreshApplications } from './use-applications'

interface RotateDialogProps {
  application: Application
  onClose: () => void
}

export function RotateDialog({ application: { id, name }, onClose }: RotateDialogProps) {
  const { slug } = useOrganization()
  const refresh = useRefreshApplications()
  const [issued, setIssued] = useState<IssuedApplication | null>(null)
  const form = useForm({
    initial: { overlap: firstOverlap },
    schema: RotateCredential,
    toInput: ({ overlap }) => ({ overlapSeconds: Number(overlap) }),
    onSubmit: async (body) => {
      const schema = IssuedApplication
      setIssued(await request(`${applicationApi(id)}/rotate`, { method: 'POST', body, schema, org: slug }))
      refresh()
    },
  })

  if (issued) return <PasswordDialog title="New password" application={issued} onClose={onClose} />
  return (
    <FormDialog
      title={`Rotate ${name}`}
      description="The application keeps its username and gets a new password."
      submit="Rotate password"
      form={form}
      onClose={onClose}
    >
      <OverlapField
        label="The old password"
        hintNow={`${name} is disconnected at once and stays offline until it has the new password.`}
        hintLater={`${name} stays connected until then. Give it the new password before then.`}
        error={form.error('overlapSeconds')}
        value={form.values.overlap}
        onValue={(overlap) => form.set('overlap', overlap)}
      />
    </FormDialog>
  )
}
