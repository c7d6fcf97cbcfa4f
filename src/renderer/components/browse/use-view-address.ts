import { useDebounceFn } from '@vueuse/core';
import { computed, onScopeDispose, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useContext } from '../../stores/context.ts';
import { useToasts } from '../../stores/toasts.ts';
import { type AddressQuery, decodeView, encodeView } from '../../stores/view-codec.ts';
import { useView } from '../../stores/view-state.ts';

const PAUSE = 300;
const LOOKS = ['face', 'tile'];

const text = (query: AddressQuery): string =>
  JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
const withoutLooks = (query: AddressQuery): string =>
  text(Object.fromEntries(Object.entries(query).filter(([name]) => !LOOKS.includes(name))));

/**
 * Keeps the address and the view the same. The address wins when it changes (a link, back, reload); a change of filter,
 * order, dataset or run makes a new entry in the history, looking at another face or resizing the tiles does not.
 * `arrivals` grows each time the address was taken over.
 */
export function useViewAddress() {
  const route = useRoute();
  const router = useRouter();
  const context = useContext();
  const view = useView();
  const toasts = useToasts();
  const arrivals = ref(0);

  const here = (): boolean => route.name === 'browse';
  const address = computed(() =>
    view.query === null ? null : encodeView({ ...view.query, tile: view.tile, faceId: view.faceId }),
  );
  let life = 0;
  onScopeDispose(() => {
    life = -1;
  });

  function take(): void {
    if (!here() || !context.loaded) return;
    const bare = Object.keys(route.query).length === 0;
    if (!bare && address.value !== null && text(route.query) === text(address.value)) return;
    life += 1;
    if (!bare) {
      const { view: stated, ignored } = decodeView(route.query);
      const lost = [...ignored, ...view.apply(stated)];
      if (lost.length > 0)
        toasts.show({ text: `This address could not be followed in full: ${lost.join(', ')} left out.` });
    }
    arrivals.value += 1;
    if (address.value !== null && text(route.query) !== text(address.value)) {
      void router.replace({ name: 'browse', query: address.value });
    }
  }

  const write = useDebounceFn((asked: number) => {
    if (asked !== life || !here() || address.value === null || text(route.query) === text(address.value)) return;
    const other = withoutLooks(route.query) !== withoutLooks(address.value);
    const to = { name: 'browse', query: address.value };
    void (other ? router.push(to) : router.replace(to));
  }, PAUSE);

  watch([() => route.query, () => context.loaded], take, { immediate: true });
  watch(address, () => {
    if (context.loaded) void write(life);
  });

  return { arrivals };
}
