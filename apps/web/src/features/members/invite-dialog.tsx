'use client'

import {
  CreateInvitation,
  type IssuedInvitation,
  mayHaveTagLimit,
  mayManageRole,
  type Role,
} from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { TagLimitField } from '@/components/tag-limit-field'
import { TextField } from '@/components/text-field'
import { useOrganization } from '@/lib/organization'
import { roleOptions, roleTexts } from '@/lib/role-texts'
import { useSignInOptions } from '@/lib/sign-in-options'
import { useForm } from '@/lib/use-form'
import { LinkOnceDialog } from './link-once-dialog'
import { usePeopleCalls } from './use-members'

const lifetimes = [
  ['3600', 'In an hour'],
  ['86400', 'In a day'],
  ['604800', 'In 7 days'],
  ['2592000', 'In 30 days'],
] as const

/** Makes an invitation, and shows its link. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { name, role: own } = useOrganization()
  const { invite } = usePeopleCalls()
  const sendsMail = useSignInOptions().data?.passwordReset === 'mail'
  const [issued, setIssued] = useState<IssuedInvitation | null>(null)
  const form = useForm({
    initial: {
      email: '',
      role: 'viewer' as Role,
      tags: [] as string[],
      seconds: '604800' as (typeof lifetimes)[number][0],
    },
    schema: CreateInvitation,
    toInput: ({ email, role, tags, seconds }) => ({
      role,
      ...(tags.length > 0 && mayHaveTagLimit(role) ? { tags } : {}),
      expiresInSeconds: Number(seconds),
      ...(email.trim() === '' ? {} : { email: email.trim() }),
    }),
    onSubmit: async (input) => setIssued(await invite(input)),
  })
  const { values, set, error } = form

  if (issued) return <LinkOnceDialog invitation={issued} onClose={onClose} />
  return (
    <FormDialog
      title="Invite person"
      description={`You get a link to send them. It lets one person into ${name}.`}
      submit="Create link"
      form={form}
      onClose={onClose}
    >
      <TextField
        label="E-mail"
        optional
        hint={`With it, only the account with this address can use the link${sendsMail ? ', which is mailed to it too' : '. No mail is sent'}.`}
        error={error('email')}
        type="email"
        autoComplete="off"
        value={values.email}
        onValue={(email) => set('email', email)}
      />
      <SelectField
        label="Role"
        hint={roleTexts[values.role]}
        error={error('role')}
        value={values.role}
        onValue={(role) => set('role', role)}
        options={roleOptions((role): role is Role => mayManageRole(own, role))}
      />
      {mayHaveTagLimit(values.role) && (
        <TagLimitField value={values.tags} onValue={(tags) => set('tags', tags)} error={error('tags')} />
      )}
      <SelectField
        label="Link expires"
        error={error('expiresInSeconds')}
        value={values.seconds}
        onValue={(seconds) => set('seconds', seconds)}
        options={lifetimes}
      />
    </FormDialog>
  )
}
