import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const KEY = 'shoal-theme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

/**
 * The theme of the system until the visitor chooses; a choice that equals the system's is
 * forgotten.
 */
export function useTheme(): readonly [Theme, () => void] {
  const [chosen, setChosen] = useState<Theme | undefined>(stored);
  const [system, setSystem] = useState<Theme>(systemTheme);

  useEffect(() => {
    const follow = (): void => setSystem(systemTheme());
    systemDark.addEventListener('change', follow);
    return () => systemDark.removeEventListener('change', follow);
  }, []);

  // Before the next paint: a page that was dark must not come up light first.
  useLayoutEffect(() => {
    if (chosen === undefined) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
  }, [chosen]);

  const theme = chosen ?? system;
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    const kept = next === system ? undefined : next;
    setChosen(kept);
    if (kept === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, kept);
  };
  return [theme, toggle];
}

function systemTheme(): Theme {
  return systemDark.matches ? 'dark' : 'light';
}

function stored(): Theme | undefined {
  const theme = localStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}
