// The page's start: theme, then the program, then whatever this window was opened for.
// Style sheets of the theme come first: they say in which order the layers count.
import './theme/base.css';
import './theme/tokens.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { start } from './app/start.ts';

const root = document.getElementById('root');
void start(() => {
  if (root !== null) createRoot(root).render(<App />);
});
