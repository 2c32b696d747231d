import { mount } from 'svelte';
import { workOffline } from './kit/data/site.ts';
import App from './shell/App.svelte';
import './kit/theme/base.css';
import './kit/theme/layout.css';
import './kit/theme/panel.css';
import './kit/theme/table.css';

mount(App, { target: document.getElementById('app')! });

workOffline();
