import { useLocalStorage } from '@vueuse/core';
import { defineStore } from 'pinia';
import { ref } from 'vue';

/** What Browse has open, and the field an action asks it to put the caret in. */
export const useViewFrame = defineStore('view-frame', () => {
  const filtersOpen = useLocalStorage('countenance:filters-open', true);
  const measuresOpen = useLocalStorage('countenance:measures-open', false);
  const asked = ref<'place' | 'text' | null>(null);

  function ask(field: 'place' | 'text'): void {
    if (field === 'text') filtersOpen.value = true;
    asked.value = field;
  }

  return { filtersOpen, measuresOpen, asked, ask };
});
