'use client'

import { type ApiKey, IssuedApiKey, RotateApiKey } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { firstOverlap, OverlapField } from '@/components/overlap-field'
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
    initial: { overlap: firstOverlap },
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
      <OverlapField
        label="The old secret"
        hintNow={`Scripts that use hg_key_…${apiKey.hint} are refused at once, and their live connections end.`}
        hintLater={`Scripts that use hg_key_…${apiKey.hint} work until then. Give them the new secret before that.`}
        error={error('overlapSeconds')}
        value={values.overlap}
        onValue={(overlap) => set('overlap', overlap)}
      />
    </FormDialog>
  )
}
