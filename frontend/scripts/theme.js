/**
 * Before the first paint: the theme that the window's address names, so that no other is seen first.
 */
(() => {
  const wanted = new URLSearchParams(location.search).get("theme");
  if (wanted === "dark" || wanted === "light") document.documentElement.setAttribute("data-theme", wanted);
})();
