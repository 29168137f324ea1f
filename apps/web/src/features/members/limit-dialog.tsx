'use client'

import { type Member, UpdateMember } from '@heliograph/protocol'
import { useState } from 'react'
import { FormDialog } from '@/components/form-dialog'
import { TagLimitField } from '@/components/tag-limit-field'
import { useToast } from '@/components/toast'
import { useForm } from '@/lib/use-form'
import { usePeopleCalls } from './use-members'

interface LimitDialogProps {
  member: Member
  onClose: () => void
}

/** Decides which devices an operator or a viewer sees. */
export function LimitDialog({ member, onClose }: LimitDialogProps) {
  const { change } = usePeopleCalls()
  const toast = useToast()
  const [before] = useState(member.tags ?? [])
  const form = useForm({
    initial: { tags: before },
    schema: UpdateMember,
    toInput: ({ tags }) => ({ tags: tags.length === 0 ? null : tags }),
    onSubmit: async (input) => {
      await change(member.id, input)
      toast(
        `${member.name} sees ${input.tags == null ? 'all devices' : `devices tagged ${input.tags.join(' or ')}`} now`,
      )
      onClose()
    },
  })
  const { values, set, error } = form
  return (
    <FormDialog
      title={`Devices that ${member.name} sees`}
      description="It holds at once, also on pages that are open now and for API keys that they made."
      submit="Save"
      form={form}
      onClose={onClose}
    >
      <TagLimitField value={values.tags} onValue={(tags) => set('tags', tags)} error={error('tags')} />
    </FormDialog>
  )
}
