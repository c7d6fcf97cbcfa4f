import '@fontsource-variable/inter/wght.css';
import './tokens.css';
import './base.css';
import './overlays.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { config } from 'zod';
import App from './app.vue';
import { router } from './router.ts';

// The content security policy forbids compiling schemas to code.
config({ jitless: true });
createApp(App).use(createPinia()).use(router).mount('#app');
