'use client'

import { type ReactNode, useId } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Form } from '@/components/form'

interface FormDialogProps {
  title: string
  description?: ReactNode
  size?: 'sm' | 'md'
  /** The result of `useForm`. */
  form: { failure: string | null; busy: boolean; submit: () => Promise<void> }
  /** The label of the button that submits the form. */
  submit: string
  /** Whether submitting destroys something. */
  danger?: boolean
  onClose: () => void
  children: ReactNode
}

/** A dialog with a form of a few fields. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, size = 'sm', form, submit, danger, onClose, children } = props
  // The button lies outside of the form. As its submit button, it lets Enter submit forms of several fields too.
  const id = useId()
  return (
    <Dialog
      open
      size={size}
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} variant={danger ? 'danger' : 'primary'} busy={form.busy}>
            {submit}
          </Button>
        </>
      }
    >
      <Form id={id} form={form}>
        {children}
      </Form>
    </Dialog>
  )
}
