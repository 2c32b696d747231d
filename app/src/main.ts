import { mount } from 'svelte';
import App from './shell/App.svelte';
import './theme/base.css';
import './theme/layout.css';
import './theme/panel.css';
import './theme/table.css';

mount(App, { target: document.getElementById('app')! });
