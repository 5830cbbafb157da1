import { render } from 'preact';
import '@fontsource-variable/inter/wght.css';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/page.css';
import './style/segments.css';
import { Page } from './view/page.tsx';

const root = document.querySelector('#page');
if (root !== null) render(<Page />, root);
