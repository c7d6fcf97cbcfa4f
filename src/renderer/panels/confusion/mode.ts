import { useLocalStorage } from '@vueuse/core';
import { MATRIX_MODES, type MatrixMode } from './normalise.ts';

/** How the matrix is shown, kept over a reload. */
export const matrixMode = useLocalStorage<MatrixMode>('countenance:matrix-mode', 'row');

/** Moves on to the next of counts, row % and column %. */
export function nextMatrixMode(): void {
  matrixMode.value = MATRIX_MODES[(MATRIX_MODES.indexOf(matrixMode.value) + 1) % MATRIX_MODES.length]!;
}
