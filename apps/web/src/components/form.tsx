import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'

interface FormProps {
  /** What `useForm` gives. */
  form: { failure: string | null; submit: () => Promise<void> }
  id?: string
  /** Below the fields and what went wrong: the button that sends it, where no dialog has it. */
  action?: ReactNode
  children: ReactNode
}

/** Fields below each other, sent by Enter too, and below them what concerns the form as a whole. */
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
