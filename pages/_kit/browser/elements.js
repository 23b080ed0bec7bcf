// Making elements, and writing numbers and sentences.
function make(tag, name) {
  const element = document.createElement(tag)
  if (name) element.className = name
  return element
}

function iconButton(name, text, label) {
  const button = make("button", name)
  button.type = "button"
  button.textContent = text
  button.ariaLabel = label
  return button
}

const seconds = (value, digits = 2) => value.toFixed(digits)

function number(value) {
  if (!Number.isFinite(value)) return "–"
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1)
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)
