'use client'

import { type OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import { Form } from '@/components/form'
import { SaveChanges } from '@/components/save-changes'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { useMay } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { useSaveSettings } from './use-organization-settings'

/** The name of the organization, and its slug, which stays. */
export function NameForm({ settings }: { settings: OrganizationSettings }) {
  const may = useMay()
  const save = useSaveSettings()
  const toast = useToast()
  const form = useForm({
    initial: { name: settings.name },
    schema: UpdateOrganization,
    toInput: ({ name }) => ({ name }),
    onSubmit: async (change) => {
      const { name } = await save(change)
      toast(`Saved: the organization is called ${name}`)
    },
  })
  return (
    <Form form={form} action={<SaveChanges busy={form.busy} permission="organization.update" />}>
      <fieldset disabled={!may('organization.update')}>
        <legend className="sr-only">The name of the organization</legend>
        <TextField
          label="Name"
          hint={
            <>
              Topics and addresses keep the slug <code className="font-mono">{settings.slug}</code>.
            </>
          }
          error={form.error('name')}
          autoComplete="off"
          value={form.values.name}
          onValue={(name) => form.set('name', name)}
        />
      </fieldset>
    </Form>
  )
}
