'use client'

import { type Application, IssuedApplication, RotateCredential } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
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
    initial: { overlap: '3600' },
    schema: RotateCredential,
    toInput: ({ overlap }) => ({ overlapSeconds: Number(overlap) }),
    onSubmit: async (body) => {
      const schema = IssuedApplication
      setIssued(await request(`${applicationApi(id)}/rotate`, { method: 'POST', body, schema, org: slug }))
      refresh()
    },
  })
  const { overlap } = form.values

  if (issued) return <PasswordDialog title="New password" application={issued} onClose={onClose} />
  return (
    <FormDialog
      title="Password rotation"
      description={`${name} keeps its username and gets a new password.`}
      submit="Rotate password"
      form={form}
      onClose={onClose}
    >
      <SelectField
        label="The old password"
        hint={
          overlap === '0'
            ? `${name} is disconnected at once and stays offline until it has the new password.`
            : `${name} stays connected until then. Give it the new password before then.`
        }
        value={overlap}
        onValue={(value) => form.set('overlap', value)}
        options={[
          ['3600', 'works for one more hour'],
          ['86400', 'works for one more day'],
          ['604800', 'works for one more week'],
          ['0', 'expires now'],
        ]}
      />
    </FormDialog>
  )
}
