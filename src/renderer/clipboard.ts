import { useToasts } from './stores/toasts.ts';

/** Puts text on the clipboard and says so, or says why it could not. */
export async function copyText(text: string, done = 'Copied'): Promise<void> {
  const toasts = useToasts();
  try {
    await navigator.clipboard.writeText(text);
    toasts.show({ text: done });
  } catch {
    toasts.show({ text: 'The clipboard cannot be reached from this page.', tone: 'danger' });
  }
}
