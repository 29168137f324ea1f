'use client'

import { Application, UpdateApplication } from '@heliograph/protocol'
import { FormDialog } from '@/components/form-dialog'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { ApplicationFields } from './application-fields'
import { toBody, valuesOf } from './form-values'
import { applicationApi, useRefreshApplications } from './use-applications'

interface EditDialogProps {
  application: Application
  onClose: () => void
}

export function EditDialog({ application, onClose }: EditDialogProps) {
  const { slug } = useOrganization()
  const refresh = useRefreshApplications()
  const toast = useToast()
  const form = useForm({
    initial: valuesOf(application),
    schema: UpdateApplication,
    toInput: toBody,
    onSubmit: async (body) => {
      const schema = Application
      const { name } = await request(applicationApi(application.id), {
        method: 'PATCH',
        body,
        schema,
        org: slug,
      })
      refresh()
      toast(`${name} was changed`)
      onClose()
    },
  })

  return (
    <FormDialog
      title={`Change ${application.name}`}
      description="Live connections lose at once what is taken away here."
      size="md"
      submit="Save changes"
      form={form}
      onClose={onClose}
    >
      <ApplicationFields form={form} />
    </FormDialog>
  )
}
