import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { exposeBridge } from '../../preload/index.ts';

exposeBridge({ contextBridge, ipcRenderer, webUtils }, globalThis as unknown as Parameters<typeof exposeBridge>[1]);
