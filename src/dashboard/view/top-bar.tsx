import { useTheme } from './use-theme.ts';

export function TopBar() {
  const [theme, toggle] = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header class="top-bar">
      <a class="brand" href="/">
        <Mark />
        Shoal
      </a>
      <nav aria-label="Pages">
        <a href="/inbox">Inbox</a>
      </nav>
      <button type="button" class="theme" onClick={toggle} aria-label={`Use the ${other} theme`}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5" />
          <path d="M10 2.75a7.25 7.25 0 0 1 0 14.5z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}

/** Two fish that swim one way. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" fill="currentColor">
      <path d="M30 10c-5-6-13-6-18 0l-7-4.5c1.2 3 1.2 6 0 9l7-4.5c5 6 13 6 18 0z" />
      <path d="M25 23c-4.5-5.4-11.5-5.4-16 0l-6-4c1 2.7 1 5.3 0 8l6-4c4.5 5.4 11.5 5.4 16 0z" />
    </svg>
  );
}
