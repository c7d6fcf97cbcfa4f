import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

const STEP = 0.15;
const LEAST = 0.25;
const MOST = 3;

/** How the face under review is shown, and which class the vote keys mean; nothing of it is part of the label. */
export const useReviewLook = defineStore('review-look', () => {
  const brightness = ref(1);
  const contrast = ref(1);
  const autoAdvance = useLocalStorage('countenance:auto-advance', true);
  /** The face pixel for pixel as it is stored, not enlarged. */
  const original = ref(false);
  const focusedClass = ref(0);
  const noting = ref(false);

  const isPlain = computed(() => brightness.value === 1 && contrast.value === 1);
  const filter = computed(() =>
    isPlain.value ? 'none' : `brightness(${brightness.value.toFixed(2)}) contrast(${contrast.value.toFixed(2)})`,
  );
  const moved = (value: number, steps: number): number =>
    Math.min(MOST, Math.max(LEAST, Math.round((value + steps * STEP) * 100) / 100));

  function brighten(steps: number): void {
    brightness.value = moved(brightness.value, steps);
  }

  function sharpen(steps: number): void {
    contrast.value = moved(contrast.value, steps);
  }

  function plain(): void {
    brightness.value = 1;
    contrast.value = 1;
  }

  return {
    brightness,
    contrast,
    original,
    autoAdvance,
    focusedClass,
    noting,
    isPlain,
    filter,
    brighten,
    sharpen,
    plain,
  };
});
