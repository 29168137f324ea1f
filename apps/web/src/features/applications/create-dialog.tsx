'use client'

import { CreateApplication, IssuedApplication } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { ApplicationFields } from './application-fields'
import { newValues, toBody } from './form-values'
import { PasswordDialog } from './password-dialog'
import { applicationsApi, useRefreshApplications } from './use-applications'

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const refresh = useRefreshApplications()
  const [issued, setIssued] = useState<IssuedApplication | null>(null)
  const form = useForm({
    initial: newValues(slug),
    schema: CreateApplication,
    toInput: toBody,
    onSubmit: async (body) => {
      setIssued(
        await request(applicationsApi, { method: 'POST', body, schema: IssuedApplication, org: slug }),
      )
      refresh()
    },
  })

  if (issued)
    return <PasswordDialog title={`New application: ${issued.name}`} application={issued} onClose={onClose} />
  return (
    <FormDialog title="New application" size="md" submit="Create application" form={form} onClose={onClose}>
      <ApplicationFields form={form} />
    </FormDialog>
  )
}
