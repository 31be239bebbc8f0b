// Runs before the first paint, as a file because the page's policy allows no other inline script. Without a stored choice the system decides.
try {
  const theme = localStorage.getItem('quorate.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: the system's theme stays.
}
