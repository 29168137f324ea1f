'use client'

import { type ApiKey, IssuedApiKey, RotateApiKey } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { request } from '@/lib/api'
import { useRefreshApiKeys } from '@/lib/api-keys'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { KeyOnceDialog } from './key-once-dialog'

interface RotateKeyDialogProps {
  apiKey: ApiKey
  onClose: () => void
}

/** Gives a key a new secret; the old one works beside it for as long as the person chooses. */
export function RotateKeyDialog({ apiKey, onClose }: RotateKeyDialogProps) {
  const { slug } = useOrganization()
  const refresh = useRefreshApiKeys()
  const [issued, setIssued] = useState<IssuedApiKey | null>(null)
  const form = useForm({
    initial: { overlap: '3600' },
    schema: RotateApiKey,
    toInput: ({ overlap }) => ({ overlapSeconds: Number(overlap) }),
    onSubmit: async (body) => {
      const path = `/api/v1/api-keys/${encodeURIComponent(apiKey.id)}/rotate`
      setIssued(await request(path, { method: 'POST', body, schema: IssuedApiKey, org: slug }))
      refresh()
    },
  })
  const { values, set, error } = form

  if (issued) return <KeyOnceDialog title={`New secret: ${apiKey.name}`} apiKey={issued} onClose={onClose} />
  return (
    <FormDialog
      title={`Rotate ${apiKey.name}`}
      description="The key gets a new secret. What it may do stays as it is."
      submit="Rotate secret"
      form={form}
      onClose={onClose}
    >
      <SelectField
        label="The old secret"
        error={error('overlapSeconds')}
        hint={
          values.overlap === '0'
            ? `Scripts that use hg_key_…${apiKey.hint} are refused at once, and their live connections end.`
            : `Scripts that use hg_key_…${apiKey.hint} work until then. Give them the new secret before that.`
        }
        value={values.overlap}
        onValue={(overlap) => set('overlap', overlap)}
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
