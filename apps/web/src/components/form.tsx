import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'

interface FormProps {
  /** The result of `useForm`. */
  form: { failure: string | null; submit: () => Promise<void> }
  id?: string
  /** The submit button, where no dialog has one. */
  action?: ReactNode
  children: ReactNode
}

/** A form that Enter submits too. An error that belongs to no field is shown below the fields. */
export function Form({ form, id, action, children }: FormProps) {
  return (
    <form
      id={id}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      {children}
      {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      {action}
    </form>
  )
}
