'use client'

import {
  type ApiKeyRole,
  CreateApiKey,
  IssuedApiKey,
  mayWithTagLimit,
  type Scope,
} from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { TagLimitField } from '@/components/tag-limit-field'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { useRefreshApiKeys } from '@/lib/api-keys'
import { expiryAfterDays } from '@/lib/expiry'
import { useOrganization } from '@/lib/organization'
import { roleOptions, roleTexts } from '@/lib/role-texts'
import { useForm } from '@/lib/use-form'
import { KeyOnceDialog } from './key-once-dialog'
import { ScopeFields } from './scope-fields'
import { type Preset, presetOptions, presets } from './scope-texts'

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const refresh = useRefreshApiKeys()
  const [issued, setIssued] = useState<IssuedApiKey | null>(null)
  const form = useForm({
    initial: {
      name: '',
      preset: 'role' as Preset,
      role: 'admin' as ApiKeyRole,
      scopes: [] as Scope[],
      tags: [] as string[],
      days: '90',
    },
    schema: CreateApiKey,
    toInput: ({ name, preset, role, scopes, tags, days }) => ({
      name,
      ...(preset === 'role' ? { role } : { scopes: usable(scopes, tags) }),
      ...(tags.length > 0 ? { tags } : {}),
      expiresAt: expiryAfterDays(Number(days)),
    }),
    onSubmit: async (body) => {
      setIssued(await request('/api/v1/api-keys', { method: 'POST', body, schema: IssuedApiKey, org: slug }))
      refresh()
    },
  })
  const { values, set, error } = form

  if (issued) return <KeyOnceDialog apiKey={issued} onClose={onClose} />
  return (
    <FormDialog
      title="New API key"
      size={values.preset === 'role' ? 'sm' : 'md'}
      submit="Create API key"
      form={form}
      onClose={onClose}
    >
      <TextField
        label="Name"
        hint="What it is for."
        error={error('name')}
        autoComplete="off"
        placeholder="Provisioning script"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <SelectField
        label="Access"
        value={values.preset}
        onValue={(preset) => {
          set('preset', preset)
          if (preset !== 'chosen') set('scopes', [...(presets[preset].scopes ?? [])])
        }}
        options={presetOptions}
      />
      {values.preset === 'role' ? (
        <SelectField
          label="Role"
          error={error('role')}
          value={values.role}
          onValue={(role) => set('role', role)}
          hint={roleTexts[values.role]}
          options={roleOptions((role): role is ApiKeyRole => role !== 'owner')}
        />
      ) : (
        <ScopeFields
          value={values.scopes}
          isLimited={values.tags.length > 0}
          error={error('scopes')}
          onValue={(scopes) => {
            set('scopes', scopes)
            set('preset', 'chosen')
          }}
        />
      )}
      <TagLimitField value={values.tags} onValue={(tags) => set('tags', tags)} error={error('tags')} />
      <SelectField
        label="Expires"
        error={error('expiresAt')}
        value={values.days}
        onValue={(days) => set('days', days)}
        options={[
          ['30', 'In 30 days'],
          ['90', 'In 90 days'],
          ['365', 'In a year'],
          ['1825', 'In five years'],
        ]}
      />
    </FormDialog>
  )
}

/** A key with a tag limit has nothing that concerns the whole organization. */
function usable(scopes: readonly Scope[], tags: readonly string[]): Scope[] {
  return scopes.filter((scope) => tags.length === 0 || mayWithTagLimit(scope))
}
