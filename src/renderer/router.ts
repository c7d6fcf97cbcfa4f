import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';

/** The screens of the left rail; the hash keeps addresses valid under app:// and http:// alike. */
export const routes = [
  { path: '/', name: 'library', component: () => import('./views/library-view.vue') },
  { path: '/import', name: 'import', component: () => import('./views/import-view.vue') },
  { path: '/browse', name: 'browse', component: () => import('./views/browse-view.vue') },
  { path: '/review', name: 'review', component: () => import('./views/review-view.vue') },
  { path: '/labels', name: 'labels', component: () => import('./views/labels-view.vue') },
  { path: '/analysis', name: 'analysis', component: () => import('./views/analysis-view.vue') },
  { path: '/models', name: 'models', component: () => import('./views/models-view.vue') },
  { path: '/priors', name: 'priors', component: () => import('./views/priors-view.vue') },
  { path: '/train', name: 'train', component: () => import('./views/train-view.vue') },
  { path: '/jobs', name: 'jobs', component: () => import('./views/jobs-view.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/settings-view.vue') },
  { path: '/:rest(.*)*', redirect: { name: 'library' } },
] as const satisfies readonly RouteRecordRaw[];

export const router = createRouter({ history: createWebHashHistory(), routes });
