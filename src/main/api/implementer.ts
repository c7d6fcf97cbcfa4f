import { implement, ORPCError, ValidationError } from '@orpc/server';
import { contract } from '../../shared/contract/index.ts';
import { CountenanceError, type ErrorRecord } from '../../shared/errors.ts';
import type { BackendContext } from './context.ts';

/**
 * The contract, ready for handlers. Whatever a handler throws reaches the caller as one of the declared errors with
 * its detail as data; input that does not fit its schema as USAGE; anything unforeseen as INTERNAL, and in the log.
 */
export const api = implement(contract)
  .$context<BackendContext>()
  .use(async ({ context, errors, next, path }) => {
    try {
      return await next();
    } catch (error) {
      const { code, message, detail } = explain(error, path, context);
      throw errors[code]({ message, data: detail, cause: error });
    }
  });

function explain(error: unknown, path: readonly string[], context: BackendContext): ErrorRecord {
  if (error instanceof CountenanceError) return { code: error.code, message: error.message, detail: error.detail };
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
    return explainInput(error.cause, path);
  }
  context.log.error({ err: error, procedure: path.join('.') }, 'a call failed');
  const cause = error instanceof ORPCError && error.cause instanceof Error ? error.cause : error;
  return {
    code: 'INTERNAL',
    message: `Something unforeseen went wrong: ${cause instanceof Error ? cause.message : String(cause)}`,
    detail: { remedy: 'Try again; if it stays, the log on standard error says more.' },
  };
}

function explainInput(invalid: ValidationError, path: readonly string[]): ErrorRecord {
  const issue = invalid.issues[0];
  const steps = (issue?.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
  const field = steps.join('.');
  return {
    code: 'USAGE',
    message: `${path.join('.')} was asked with an input that does not fit: ${field} ${issue?.message ?? ''}`.trim(),
    detail: field === '' ? {} : { field },
  };
}
