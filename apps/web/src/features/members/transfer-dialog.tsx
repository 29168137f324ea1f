'use client'

import { TransferOrganization } from '@heliograph/protocol'
import { FormDialog } from '@/components/form-dialog'
import { SelectField } from '@/components/select-field'
import { useToast } from '@/components/toast'
import { useMe } from '@/lib/me'
import { useOrganization } from '@/lib/organization'
import { useForm } from '@/lib/use-form'
import { useMembers, usePeopleCalls } from './use-members'

/** Makes another member an owner in place of the person. */
export function TransferDialog({ onClose }: { onClose: () => void }) {
  const { name } = useOrganization()
  const self = useMe().data?.user.id
  const others = (useMembers().data?.items ?? []).filter(({ id }) => id !== self)
  const { transfer } = usePeopleCalls()
  const toast = useToast()
  const { values, set, error, ...form } = useForm({
    initial: { to: others[0]?.id ?? '' },
    schema: TransferOrganization,
    toInput: (input) => input,
    onSubmit: async ({ to }) => {
      await transfer(to)
      onClose()
      toast(
        `${others.find(({ id }) => id === to)?.name ?? 'The member'} is an owner now, and you are an admin`,
      )
    },
  })
  return (
    <FormDialog
      title={`Transfer ownership of ${name}`}
      description="The new owner may do everything, also remove you. You become an admin, and only an owner can change that back."
      submit="Transfer ownership"
      form={form}
      onClose={onClose}
    >
      <SelectField
        label="New owner"
        error={error('to')}
        value={values.to}
        onValue={(to) => set('to', to)}
        options={others.map((member) => [member.id, `${member.name} (${member.email})`] as const)}
      />
    </FormDialog>
  )
}
