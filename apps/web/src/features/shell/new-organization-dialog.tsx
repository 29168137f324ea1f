'use client'

import { CreateOrganization, Organization, suggestSlug } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { FormDialog } from '@/components/form-dialog'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'
import { paths } from '@/lib/paths'
import { refusedField } from '@/lib/refused-field'
import { useForm } from '@/lib/use-form'

/** Creates an organization, and goes to it. */
export default function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const { values, set, error, ...form } = useNewOrganization(onClose)
  return (
    <FormDialog
      title="New organization"
      description="Devices, API keys and people belong to it alone. You become its owner."
      submit="Create organization"
      form={form}
      onClose={onClose}
    >
      <TextField
        label="Name"
        error={error('name')}
        autoComplete="off"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <TextField
        label="Slug"
        hint="Its name in topics and addresses. It cannot be changed later."
        error={error('slug')}
        spellCheck={false}
        autoCapitalize="none"
        className="font-mono text-13"
        value={values.slug ?? suggestSlug(values.name)}
        onValue={(slug) => set('slug', slug)}
      />
    </FormDialog>
  )
}

function useNewOrganization(onClose: () => void) {
  const queryClient = useQueryClient()
  const router = useRouter()
  return useForm({
    initial: { name: '', slug: null as string | null },
    schema: CreateOrganization,
    toInput: ({ name, slug }) => ({ name, slug: slug ?? suggestSlug(name) }),
    onSubmit: async (input) => {
      const { slug } = await request('/api/v1/organizations', {
        method: 'POST',
        body: input,
        schema: Organization,
      }).catch(refusedField('organization_slug_taken', 'slug'))
      await queryClient.invalidateQueries({ queryKey: meKey })
      onClose()
      router.push(paths.overview(slug))
    },
  })
}
