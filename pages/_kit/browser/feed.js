// Hands bytes from Python to the registry; it shows nothing, so its place in the page is taken away.
export default function ({ data, parentElement, key }) {
  const place = parentElement.closest("[data-testid=stElementContainer]") ?? parentElement
  place.style.display = "none"
  if (data) strata.put(key, data)
  return () => strata.drop(key)
}
